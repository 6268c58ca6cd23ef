package mtasts

// Codes of the issues. They stand in the finding table, which says what each
// means to a reader; here they are plain strings, because the grammar imports
// nothing of the module.
const (
	recForeignTXT     = "rec_foreign_txt"
	recDuplicateField = "rec_duplicate_field"
	recMultiple       = "rec_multiple"
	recBadVersion     = "rec_bad_version"
	recMissingID      = "rec_missing_id"
	recEmptyID        = "rec_empty_id"
	recBadIDChars     = "rec_bad_id_chars"
	recIDTooLong      = "rec_id_too_long"
	recBadSeparator   = "rec_bad_separator"
	recBadExtension   = "rec_bad_extension"
	recPolicyInTXT    = "rec_policy_in_txt"

	phttpContentType = "phttp_content_type"

	psynEmpty           = "psyn_empty"
	psynHTML            = "psyn_html"
	psynNotText         = "psyn_not_text"
	psynBOM             = "psyn_bom"
	psynMalformedLine   = "psyn_malformed_line"
	psynMissingVersion  = "psyn_missing_version"
	psynBadVersion      = "psyn_bad_version"
	psynMissingMode     = "psyn_missing_mode"
	psynBadMode         = "psyn_bad_mode"
	psynMissingMaxAge   = "psyn_missing_max_age"
	psynBadMaxAge       = "psyn_bad_max_age"
	psynMaxAgeOverLimit = "psyn_max_age_over_limit"
	psynMissingMX       = "psyn_missing_mx"
	psynMXEmpty         = "psyn_mx_empty"
	psynMXEmail         = "psyn_mx_email"
	psynMXTrailingDot   = "psyn_mx_trailing_dot"
	psynMXURL           = "psyn_mx_url"
	psynMXListInLine    = "psyn_mx_list_in_line"
	psynMXBadWildcard   = "psyn_mx_bad_wildcard"
	psynMXUnicode       = "psyn_mx_unicode"
	psynMXBadDomain     = "psyn_mx_bad_domain"
	plintCharset        = "plint_charset"
	plintUnknownField   = "plint_unknown_field"
	plintDuplicateField = "plint_duplicate_field"
	plintMaxAgeShort    = "plint_max_age_short"
	plintMXOverbroad    = "plint_mx_overbroad"
	plintMXDuplicate    = "plint_mx_duplicate"
	plintMXIP           = "plint_mx_ip"
	plintModeNone       = "plint_mode_none"

	rptForeignTXT   = "rpt_foreign_txt"
	rptMultiple     = "rpt_multiple"
	rptBadVersion   = "rpt_bad_version"
	rptMissingRUA   = "rpt_missing_rua"
	rptBadRUA       = "rpt_bad_rua"
	rptBadScheme    = "rpt_bad_scheme"
	rptBadSeparator = "rpt_bad_separator"
	rptBadExtension = "rpt_bad_extension"
)

// Codes lists every code that an Issue of this package can have.
func Codes() []string {
	return []string{
		recForeignTXT, recDuplicateField, recMultiple, recBadVersion, recMissingID, recEmptyID, recBadIDChars,
		recIDTooLong, recBadSeparator, recBadExtension, recPolicyInTXT,
		phttpContentType,
		psynEmpty, psynHTML, psynNotText, psynBOM, psynMalformedLine, psynMissingVersion, psynBadVersion,
		psynMissingMode, psynBadMode, psynMissingMaxAge, psynBadMaxAge, psynMaxAgeOverLimit, psynMissingMX,
		psynMXEmpty, psynMXEmail, psynMXTrailingDot, psynMXURL, psynMXListInLine, psynMXBadWildcard,
		psynMXUnicode, psynMXBadDomain,
		plintCharset, plintUnknownField, plintDuplicateField, plintMaxAgeShort, plintMXOverbroad,
		plintMXDuplicate, plintMXIP, plintModeNone,
		rptForeignTXT, rptMultiple, rptBadVersion, rptMissingRUA, rptBadRUA, rptBadScheme, rptBadSeparator,
		rptBadExtension,
	}
}
