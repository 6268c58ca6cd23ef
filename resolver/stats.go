package resolver

import "net/netip"

// ServerStats is the state of one server at one moment.
type ServerStats struct {
	Server   netip.AddrPort
	Answers  int64 // replies over UDP, whatever they say
	Timeouts int64 // questions over UDP that nobody answered
	Refused  int64 // questions over UDP that found the port closed
	Open     int   // questions under way
	Window   int   // most that may be
	Waiting  int   // lookups that wait for the window
	Gone     bool  // it answers no more, and is asked only now and then
}

// Servers returns the state of every server, in the order of Config.Servers.
func (r *Resolver) Servers() []ServerStats {
	all := make([]ServerStats, len(r.servers))
	for i, s := range r.servers {
		all[i] = s.stats()
	}
	return all
}

func (s *server) stats() ServerStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ServerStats{
		Server: s.addr, Answers: s.answers, Timeouts: s.timeouts, Refused: s.refusals,
		Open: s.window.open, Window: s.window.limit, Waiting: s.window.waiting.length, Gone: s.gone,
	}
}
