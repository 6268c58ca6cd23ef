package sinks

import (
	"runtime"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

const (
	// pageEncoders compress at once, at most: each holds some 6 MB.
	pageEncoders = 4
	// pageWindow reaches over a whole page. A larger one is memory for nothing.
	pageWindow = 1 << 20
)

// pageCodec compresses the pages of all parts of a snapshot. That of parquet-go
// makes an encoder for each caller at a time, with 16 MB of window each.
type pageCodec struct {
	compress.Codec // says what it is
	encoder        *zstd.Encoder
	decoder        *zstd.Decoder // for pages read back into a Bloom filter
	buffers        pageBuffers   // of the parts that are open
}

func newPageCodec() (*pageCodec, error) {
	// Better than the default level by an eighth, for a sixth more of the time
	// that writing takes.
	encoder, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedBetterCompression),
		zstd.WithEncoderConcurrency(min(runtime.GOMAXPROCS(0), pageEncoders)),
		zstd.WithWindowSize(pageWindow),
		zstd.WithLowerEncoderMem(true),
		zstd.WithZeroFrames(true),
		zstd.WithEncoderCRC(false), // of each page; the commit record has that of the file
	)
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return &pageCodec{Codec: &parquet.Zstd, encoder: encoder, decoder: decoder, buffers: pageBuffers{parquet.NewBufferPool()}}, nil
}

// Decode is the inverse of Encode.
func (c *pageCodec) Decode(dst, src []byte) ([]byte, error) {
	return c.decoder.DecodeAll(src, dst[:0])
}

// Encode compresses one page. Callers beyond pageEncoders wait.
func (c *pageCodec) Encode(dst, src []byte) ([]byte, error) {
	return c.encoder.EncodeAll(src, dst[:0]), nil
}
