package figure

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// subset gives a TrueType font with the glyphs of some letters only, to be written
// into an SVG: glyphs are numbered anew, and what is not needed to draw them
// unhinted is left out. (OpenType 1.9: tables glyf, loca, hmtx, cmap, …)
func (t *typeface) subset(letters []rune) ([]byte, error) {
	tables, err := readTables(t.ttf)
	if err != nil {
		return nil, err
	}
	s := &subsetting{tables: tables, number: map[uint16]uint16{}}
	s.glyph(0) // what is drawn for a letter that is missing
	chars := map[rune]uint16{}
	for _, r := range letters {
		i, err := t.font.GlyphIndex(&t.buffer, r)
		if err != nil || i == 0 || r > 0xFFFF {
			return nil, fmt.Errorf("the font has no %U", r)
		}
		chars[r] = s.glyph(uint16(i))
	}
	return s.file(chars), nil
}

// readTables finds the tables of a font by their tags.
func readTables(ttf []byte) (map[string][]byte, error) {
	if len(ttf) < 12 {
		return nil, errors.New("no font")
	}
	out := map[string][]byte{}
	for i := range int(be16(ttf[4:])) {
		entry := ttf[12+16*i:]
		offset, length := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		out[string(entry[:4])] = ttf[offset : offset+length]
	}
	for _, tag := range []string{"head", "hhea", "maxp", "OS/2", "glyf", "loca", "hmtx"} {
		if out[tag] == nil {
			return nil, fmt.Errorf("the font has no table %s", tag)
		}
	}
	if be16(out["head"][50:]) != 1 {
		return nil, errors.New("the font has short offsets") // those of ours are long
	}
	return out, nil
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }

// subsetting collects the glyphs of a subset.
type subsetting struct {
	tables map[string][]byte
	number map[uint16]uint16 // old to new
	glyphs [][]byte          // by the new number
	widths []uint16
}

// glyph gives the new number of a glyph, and takes it and its parts along.
func (s *subsetting) glyph(old uint16) uint16 {
	if n, ok := s.number[old]; ok {
		return n
	}
	n := uint16(len(s.glyphs))
	s.number[old] = n
	loca := s.tables["loca"]
	from, to := binary.BigEndian.Uint32(loca[4*int(old):]), binary.BigEndian.Uint32(loca[4*int(old)+4:])
	outline := slices.Clone(s.tables["glyf"][from:to])
	s.glyphs = append(s.glyphs, outline)
	s.widths = append(s.widths, s.width(old))
	if len(outline) > 0 && int16(be16(outline)) < 0 {
		s.parts(outline)
	}
	return n
}

// width is the advance of a glyph; those beyond the last of the table have that one's.
func (s *subsetting) width(old uint16) uint16 {
	last := be16(s.tables["hhea"][34:]) - 1
	return be16(s.tables["hmtx"][4*int(min(old, last)):])
}

// parts numbers the components of a composite glyph anew, in place.
func (s *subsetting) parts(outline []byte) {
	const words, scale, more, scaleXY, matrix2 = 0x1, 0x8, 0x20, 0x40, 0x80
	for at := 10; ; {
		flags := be16(outline[at:])
		binary.BigEndian.PutUint16(outline[at+2:], s.glyph(be16(outline[at+2:])))
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scaleXY != 0:
			at += 4
		case flags&matrix2 != 0:
			at += 8
		}
		if flags&more == 0 {
			return
		}
	}
}

// file writes the tables, in the order of their tags.
func (s *subsetting) file(chars map[rune]uint16) []byte {
	var glyf, loca, hmtx []byte
	for i, g := range s.glyphs {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, g...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, s.widths[i])
		hmtx = binary.BigEndian.AppendUint16(hmtx, s.bearing(g))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	count := uint16(len(s.glyphs))
	tables := map[string][]byte{
		"OS/2": s.tables["OS/2"], "cmap": charMap(chars), "glyf": glyf, "loca": loca, "hmtx": hmtx,
		"head": slices.Clone(s.tables["head"]), "hhea": slices.Clone(s.tables["hhea"]), "maxp": slices.Clone(s.tables["maxp"]),
		"name": nameTable(), "post": append([]byte{0, 3, 0, 0}, make([]byte, 28)...), // version 3: no names of glyphs
	}
	binary.BigEndian.PutUint16(tables["maxp"][4:], count)
	binary.BigEndian.PutUint16(tables["hhea"][34:], count)
	binary.BigEndian.PutUint32(tables["head"][8:], 0)
	out := assemble(tables)
	return out
}

// bearing is the left edge of an outline.
func (s *subsetting) bearing(outline []byte) uint16 {
	if len(outline) < 4 {
		return 0
	}
	return be16(outline[2:])
}

// charMap is a cmap of format 4 with a segment a letter.
func charMap(chars map[rune]uint16) []byte {
	letters := slices.Sorted(maps.Keys(chars))
	n := len(letters) + 1 // and the one that ends the table
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12} // one table: Windows, Unicode
	put := func(v int) { out = binary.BigEndian.AppendUint16(out, uint16(v)) }
	for _, v := range []int{4, 16 + 8*n, 0, 2 * n, 2 * power, log, 2 * (n - power)} {
		put(v)
	}
	for _, r := range letters {
		put(int(r))
	}
	put(0xFFFF)
	put(0)
	for _, r := range letters {
		put(int(r))
	}
	put(0xFFFF)
	for _, r := range letters {
		put(int(chars[r]) - int(r))
	}
	put(1)
	for range n {
		put(0)
	}
	return out
}

// nameTable says whose the font is; the licence asks for that.
func nameTable() []byte {
	names := []struct {
		id   int
		text string
	}{{0, "Liberation Sans, copyright Google and Red Hat, SIL Open Font License 1.1; a subset"}, {1, "Liberation Sans"}, {2, "Regular"}, {4, "Liberation Sans"}, {6, "LiberationSans"}}
	var records, text []byte
	for _, n := range names {
		start := len(text)
		for _, c := range n.text {
			text = binary.BigEndian.AppendUint16(text, uint16(c))
		}
		for _, v := range []int{3, 1, 0x409, n.id, len(text) - start, start} {
			records = binary.BigEndian.AppendUint16(records, uint16(v))
		}
	}
	out := binary.BigEndian.AppendUint16(nil, 0)
	out = binary.BigEndian.AppendUint16(out, uint16(len(names)))
	out = binary.BigEndian.AppendUint16(out, uint16(6+len(records)))
	return append(append(out, records...), text...)
}

// assemble writes the directory and the tables, with their sums.
func assemble(tables map[string][]byte) []byte {
	tags := slices.Sorted(maps.Keys(tables))
	n := len(tags)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{n, 16 * power, log, 16 * (n - power)} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	offset, head := 12+16*n, 0
	var body []byte
	for _, tag := range tags {
		table := tables[tag]
		if tag == "head" {
			head = offset
		}
		out = append(out, tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(table))
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = binary.BigEndian.AppendUint32(out, uint32(len(table)))
		body = append(body, table...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		offset = 12 + 16*n + len(body)
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) uint32 {
	var sum uint32
	for i := 0; i < len(b); i += 4 {
		var word [4]byte
		copy(word[:], b[i:])
		sum += binary.BigEndian.Uint32(word[:])
	}
	return sum
}
