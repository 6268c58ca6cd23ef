package taxonomy

// tlsrptRows never enter the codes of a verdict: they stand in lint and as
// details of the co-adoption check.
var tlsrptRows = []Entry{
	{Code: RptForeignTXT, Class: ClassInfo, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "The _smtp._tls name answers with TXT records that are no TLSRPT records.",
		Advice: "Remove TXT records that do not belong at the _smtp._tls name."},
	{Code: RptMultiple, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "More than one TXT record begins with \"v=TLSRPTv1;\", so senders must assume that no reports are wanted.",
		Advice: "Delete all but one TLSRPT record; several destinations go into one rua, separated by commas."},
	{Code: RptBadVersion, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "A TXT record was meant as a TLSRPT record, but does not begin with exactly \"v=TLSRPTv1;\".",
		Advice: "Let the record begin with \"v=TLSRPTv1;\", in this letter case, without blanks or quotation marks before it."},
	{Code: RptMissingRUA, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "The TLSRPT record has no rua field.",
		Advice: "Add a destination for reports, as in \"v=TLSRPTv1; rua=mailto:tlsrpt@example.com\"."},
	{Code: RptBadRUA, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "A destination in the rua field of the TLSRPT record is no well-formed URI.",
		Advice: "Write full URIs separated by commas; percent-encode commas, semicolons and exclamation marks inside them."},
	{Code: RptBadScheme, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "A destination in the rua field of the TLSRPT record is neither a mailto nor an https URI.",
		Advice: "Write \"mailto:\" before mail addresses, and use https for web destinations."},
	{Code: RptBadSeparator, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "The fields of the TLSRPT record are not separated by single semicolons.",
		Advice: "Write exactly one \";\" between fields, and commas between the destinations of rua."},
	{Code: RptBadExtension, Class: ClassError, Layer: LayerTLSRPT, Trigger: TriggerHost, Cite: "RFC 8460 section 3",
		Text:   "A further field of the TLSRPT record is not a well-formed name=value pair.",
		Advice: "Remove the field, or write it as name=value."},
}
