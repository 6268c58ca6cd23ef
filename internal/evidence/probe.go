package evidence

// PolicyFetch is one try to fetch a policy from one address of the policy host.
type PolicyFetch struct {
	Endpoint    Endpoint
	Status      int         // HTTP status; 0 when no HTTP answer came
	Header      [][2]string // name and value in the order of the sorted names, bounded
	ContentType string      // first Content-Type field, as sent
	Body        []byte      // as received, bounded
	Truncated   bool        // the body was longer than the bound, or the header was cut
	TLS         TLS
	Span        Span
	Failure     Failure
}

// Reply is one SMTP reply as received: its lines without the line ends,
// through Text, bounded. A line that is no reply at all stands here too.
type Reply []string

// Code is the three-digit code of the reply's last line, or 0 when that line
// is no reply line (RFC 5321 section 4.2).
func (r Reply) Code() int {
	if len(r) == 0 {
		return 0
	}
	line := r[len(r)-1]
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0
	}
	code := 0
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0
		}
		code = code*10 + int(line[i]-'0')
	}
	return code
}

// Session is one STARTTLS probe of one address of one MX host.
type Session struct {
	ID        string // 26 base32 characters of SHA-256(host, address, start, source address)
	Endpoint  Endpoint
	Greeting  Reply
	EHLO      Reply
	HELO      Reply // only when EHLO was refused
	StartTLS  Reply // only when STARTTLS was offered
	TLS       TLS
	Truncated bool // a reply was cut at a bound
	Span      Span
	Failure   Failure // the first step that failed; the fields before it stand
}
