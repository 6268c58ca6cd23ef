package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"stscan/internal/mtasts"
)

// lintFlags are the flags that every kind of text has.
type lintFlags struct {
	jsonl bool // a batch, one JSON object a line, in and out
	json  bool // one text in, one JSON object with all issues out
}

// newLintCommand makes "scan lint": the grammar of internal/mtasts without any
// network, for people and, with --jsonl, for other programs.
func newLintCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Check a record, a policy or an mx pattern against RFC 8461, or a TLSRPT record against RFC 8460, offline",
		Long: `Check texts against the grammar, offline. Every fault is shown with its place,
the section it offends and how to mend it.

Exit code 0 when there was no error, 4 when there was one (match: also when the
host does not match), 1 when the input cannot be read. With --jsonl each line of
the input, at most 1 MiB, is a JSON object and gives one line of output; a line
that is no such object gives {"id","error"}, and the exit code is 0 when the
batch was read to its end.`,
		Example: `  scan lint policy mta-sts.txt
  dig +short TXT _mta-sts.example.com | scan lint record`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLintRecordCommand(), newLintPolicyCommand(), newLintMatchCommand(), newLintTLSRPTCommand())
	return cmd
}

func (f *lintFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.jsonl, "jsonl", false, "read and write one JSON object a line")
	cmd.Flags().BoolVar(&f.json, "json", false, "write the result with all issues as one JSON object")
	cmd.MarkFlagsMutuallyExclusive("jsonl", "json")
}

const txtLong = `The file (or standard input) holds one TXT RR a line: its text, or its quoted
character-strings as dig and zone files show them. Lines together are one RRset.
Columns count bytes of the RR's text, quotes not counted.`

func newLintRecordCommand() *cobra.Command {
	var flags lintFlags
	cmd := &cobra.Command{
		Use:   "record [FILE]",
		Short: "Check the TXT RRset of _mta-sts.<domain> (RFC 8461 section 3.1)",
		Long:  txtLong,
		Example: `  dig +short TXT _mta-sts.example.com | scan lint record
  echo '{"id":1,"txt":[["v=STSv1; ","id=20260101"]]}' | scan lint record --jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.jsonl {
				return lintBatch(cmd, args, lintRecordLine)
			}
			return lintTXT(cmd, args, flags, func(txts [][]byte) lintResult {
				set := mtasts.ParseRecordSet(txts)
				return lintResult{
					issues: set.Issues, fields: newRecordFields(set), failed: !set.Valid && (set.Present || set.NearMiss),
					summary: verdictLine("MTA-STS record", set.Valid, set.Present || set.NearMiss, "id "+set.Record.ID),
				}
			})
		},
	}
	flags.add(cmd)
	return cmd
}

func newLintTLSRPTCommand() *cobra.Command {
	var flags lintFlags
	cmd := &cobra.Command{
		Use:   "tlsrpt [FILE]",
		Short: "Check the TXT RRset of _smtp._tls.<domain> (RFC 8460 section 3)",
		Long:  txtLong,
		Example: `  echo 'v=TLSRPTv1; rua=mailto:tls@example.com' | scan lint tlsrpt
  echo '{"id":1,"txt":[["v=TLSRPTv1; rua=mailto:tls@example.com"]]}' | scan lint tlsrpt --jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.jsonl {
				return lintBatch(cmd, args, lintTLSRPTLine)
			}
			return lintTXT(cmd, args, flags, func(txts [][]byte) lintResult {
				set := mtasts.ParseTLSRPTSet(txts)
				return lintResult{
					issues: set.Issues, fields: newTLSRPTFields(set), failed: !set.Valid && (set.Present || set.NearMiss),
					summary: verdictLine("TLSRPT record", set.Valid, set.Present || set.NearMiss,
						"reports go to "+strings.Join(set.TLSRPT.RUA, ", ")),
				}
			})
		},
	}
	flags.add(cmd)
	return cmd
}

func newLintPolicyCommand() *cobra.Command {
	var flags lintFlags
	var contentType string
	cmd := &cobra.Command{
		Use:   "policy [FILE]",
		Short: "Check a policy as served at /.well-known/mta-sts.txt (RFC 8461 section 3.2)",
		Long:  "The file (or standard input) is the body, byte for byte.",
		Example: `  curl -s https://mta-sts.example.com/.well-known/mta-sts.txt | scan lint policy
  echo '{"id":1,"body_b64":"dmVyc2lvbjogU1RTdjEK","content_type":"text/plain"}' | scan lint policy --jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.jsonl {
				return lintBatch(cmd, args, lintPolicyLine)
			}
			var header *string
			if cmd.Flags().Changed("content-type") {
				header = &contentType
			}
			return lintPolicy(cmd, args, flags, header)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&contentType, "content-type", "", "judge this Content-Type field, too")
	return cmd
}

func newLintMatchCommand() *cobra.Command {
	var flags lintFlags
	cmd := &cobra.Command{
		Use:   "match PATTERN HOST | match --jsonl [FILE]",
		Short: "Say whether an mx pattern matches an MX host name (RFC 8461 section 4.1)",
		Example: `  scan lint match '*.example.com' mail.example.com
  echo '{"id":1,"pattern":"*.example.com","host":"mail.example.com"}' | scan lint match --jsonl`,
		Args: func(cmd *cobra.Command, args []string) error {
			if flags.jsonl {
				return cobra.MaximumNArgs(1)(cmd, args)
			}
			return cobra.ExactArgs(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.jsonl {
				return lintBatch(cmd, args, lintMatchLine)
			}
			return lintMatch(cmd, args[0], args[1], flags)
		},
	}
	flags.add(cmd)
	return cmd
}

// lintResult is what one text turned out to be.
type lintResult struct {
	issues  []mtasts.Issue
	failed  bool   // exit code 4
	summary string // last line for a person
	fields  any    // the columns of --jsonl, for --json
}

// lintTXT judges a TXT RRset for a person.
func lintTXT(cmd *cobra.Command, args []string, flags lintFlags, parse func([][]byte) lintResult) error {
	file, body, err := readLintInput(cmd, args)
	if err != nil {
		return err
	}
	rrset := splitTXT(body)
	return report(cmd.OutOrStdout(), flags, parse(rrset.texts()), func(i mtasts.Issue) excerpt {
		rr := rrset[i.RR]
		return excerpt{file: file, line: rr.line, column: i.Offset + 1, text: string(rr.text), at: i.Offset, n: i.Length}
	})
}

// lintPolicy judges a policy for a person.
func lintPolicy(cmd *cobra.Command, args []string, flags lintFlags, contentType *string) error {
	file, body, err := readLintInput(cmd, args)
	if err != nil {
		return err
	}
	judged := judgePolicy(body, contentType, nil)
	p := judged.policy
	result := lintResult{
		issues: judged.issues, fields: judged.fields, failed: !judged.fields.Valid,
		summary: verdictLine("policy", judged.fields.Valid, true,
			fmt.Sprintf("mode %s, max_age %d, %d mx", p.Mode, p.MaxAge, len(p.MX))),
	}
	return report(cmd.OutOrStdout(), flags, result, func(i mtasts.Issue) excerpt {
		if judged.ofHeader(i) {
			return excerpt{file: "Content-Type", line: 1, column: i.Offset + 1, text: *contentType, at: i.Offset, n: i.Length}
		}
		return policyExcerpt(file, string(body), i)
	})
}

// lintMatch compares one pattern with one host for a person.
func lintMatch(cmd *cobra.Command, pattern, host string, flags lintFlags) error {
	issues, fields := judgeMatch(pattern, host)
	verb := "does not match"
	if fields.Match {
		verb = "matches"
	}
	result := lintResult{
		issues: issues, fields: fields, failed: !fields.Match,
		summary: fmt.Sprintf("%s %s %s", pattern, verb, host),
	}
	return report(cmd.OutOrStdout(), flags, result, func(i mtasts.Issue) excerpt {
		return excerpt{file: "pattern", line: 1, column: i.Offset + 1, text: pattern, at: i.Offset, n: i.Length}
	})
}

// report prints a result and gives exit code 4 if there was an error in it.
func report(w io.Writer, flags lintFlags, r lintResult, place func(mtasts.Issue) excerpt) error {
	var err error
	if flags.json {
		err = writeLintJSON(w, r, place)
	} else {
		err = writeLintText(w, r, place)
	}
	if err != nil {
		return &exitError{code: exitFailure, err: fmt.Errorf("writing the result: %w", err)}
	}
	if r.failed {
		return &exitError{code: exitFound}
	}
	return nil
}

// lintIssue is one issue in --json.
type lintIssue struct {
	Code      string `json:"code"`
	Class     string `json:"class"`
	Line      int    `json:"line"`
	Column    int    `json:"column"` // 1-based, in bytes
	Length    int    `json:"length"` // in bytes
	RR        int    `json:"rr"`     // 0-based, of the RRset as given
	Cite      string `json:"cite"`
	Contested bool   `json:"contested"`
	Text      string `json:"text"`
	Advice    string `json:"advice"`
}

func writeLintJSON(w io.Writer, r lintResult, place func(mtasts.Issue) excerpt) error {
	issues := make([]lintIssue, 0, len(r.issues))
	for _, i := range r.issues {
		e, at := entryOf(i), place(i)
		issues = append(issues, lintIssue{
			Code: i.Code, Class: string(e.Class), Line: at.line, Column: at.column, Length: i.Length, RR: i.RR,
			Cite: i.Cite, Contested: i.Contested, Text: e.Text, Advice: e.Advice,
		})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Result any         `json:"result"`
		Issues []lintIssue `json:"issues"`
	}{r.fields, issues})
}
