// Package admission answers one question: may I contact this address now?
//
// It is the only door to other people's machines. It knows which addresses are
// special (the IANA registries), who asked not to be contacted (the opt-out
// list), and how often and how many at once anybody is contacted (the budgets).
// Gate puts the three together, and dials: the address checked is the address
// dialled.
//
// It refuses to know what a contact is for, beyond its kind, and what came of
// it. Of this module it imports evidence and neterr only.
package admission
