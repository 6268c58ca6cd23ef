package sinks

import (
	"crypto/sha256"
	"encoding/hex"

	"stscan/internal/evidence"
)

// certOf is a certificate, as far as storing it goes.
func certOf(der string) evidence.Certificate {
	hash := sha256.Sum256([]byte(der))
	return evidence.Certificate{SHA256: hex.EncodeToString(hash[:]), DER: []byte(der)}
}
