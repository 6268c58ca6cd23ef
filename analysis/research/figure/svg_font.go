package figure

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// withFonts writes the letters of an SVG into it, as fonts of its own: a browser
// draws it alike where Liberation Sans is not installed. Programs that do not read
// embedded fonts take the next of the family, which has the same advances.
func (r *Renderer) withFonts(svg string) (string, error) {
	root, err := parseSVG(svg)
	if err != nil {
		return "", err
	}
	letters := map[bool]map[rune]bool{false: {}, true: {}}
	if err := root.letters(letters); err != nil {
		return "", err
	}
	var style strings.Builder
	for _, bold := range []bool{false, true} {
		if len(letters[bold]) == 0 {
			continue
		}
		var sorted []rune
		for c := range letters[bold] {
			sorted = append(sorted, c)
		}
		slices.Sort(sorted)
		font, err := r.face(bold).subset(sorted)
		if err != nil {
			return "", err
		}
		weight := 400
		if bold {
			weight = 700
		}
		fmt.Fprintf(&style, `@font-face{font-family:"Liberation Sans";font-weight:%d;src:url(data:font/ttf;base64,%s)}`, weight, base64.StdEncoding.EncodeToString(font))
	}
	if style.Len() == 0 {
		return svg, nil
	}
	head, body, _ := strings.Cut(svg, ">")
	return head + "><defs><style>" + style.String() + "</style></defs>" + body, nil
}

// letters collects what is written in an SVG, by weight.
func (n *node) letters(into map[bool]map[rune]bool) error {
	if n.name == "text" {
		bold, err := isBold(n.attr["font-weight"])
		if err != nil {
			return err
		}
		for _, r := range n.text {
			into[bold][r] = true
		}
	}
	for _, c := range n.children {
		if err := c.letters(into); err != nil {
			return err
		}
	}
	return nil
}
