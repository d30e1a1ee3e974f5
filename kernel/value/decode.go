package value

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"strings"
)

// The bounds of what Decode takes. Shaped stays far within them.
const (
	maxNodes  = 50_000
	maxLevels = 4 * maxTree
)

// Decode reads what Encode wrote. The bytes come from a process that runs the user's
// code, so nothing is taken on trust: what Decode returns is within all bounds, every
// node has the items that its kind has, and every picture is a PNG.
func Decode(data []byte) (Model, error) {
	var m Model
	if len(data) > MaxEncoded {
		return m, fmt.Errorf("read the value: it is %d bytes, more than %d", len(data), MaxEncoded)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return Model{}, fmt.Errorf("read the value: %w", err)
	}
	nodes := 0
	for _, n := range m.Values {
		if err := n.check(&nodes, 0); err != nil {
			return Model{}, fmt.Errorf("read the value: %w", err)
		}
	}
	return m, nil
}

// check is an error if a node is not as the builder makes it.
func (n *Node) check(nodes *int, level int) error {
	switch *nodes++; {
	case n == nil:
		return errors.New("a node is missing")
	case *nodes > maxNodes || level > maxLevels:
		return errors.New("it has too many nodes")
	case n.Len < len(n.Items):
		return errors.New("it holds more than it says")
	case len(n.Items) > 0 && !n.holds():
		return fmt.Errorf("a %q holds something", n.Kind)
	case n.Kind == Pointer && len(n.Items) != 1:
		return errors.New("a pointer points to nothing")
	case n.Picture != nil && n.Kind != Image:
		return errors.New("a picture is not of an image")
	}
	for _, item := range n.Items {
		if n.Kind == Map && item.Key == nil {
			return errors.New("a key is missing")
		}
		if item.Key != nil {
			if err := item.Key.check(nodes, level+1); err != nil {
				return err
			}
		}
		if err := item.Value.check(nodes, level+1); err != nil {
			return err
		}
	}
	if n.Picture != nil {
		return n.Picture.check()
	}
	return nil
}

// holds is true for the kinds that have items.
func (n *Node) holds() bool {
	return n.Kind == Struct || n.Kind == List || n.Kind == Map || n.Kind == Pointer
}

// check is an error if a picture is not what it says.
func (p *Picture) check() error {
	if p.PNG == "" {
		return nil
	}
	head, err := png.DecodeConfig(base64.NewDecoder(base64.StdEncoding, strings.NewReader(p.PNG)))
	if err != nil {
		return fmt.Errorf("its picture: %w", err)
	}
	if _, err := base64.StdEncoding.DecodeString(p.PNG); err != nil || strings.ContainsAny(p.PNG, "\r\n") {
		return errors.New("its picture is not in base64")
	}
	if head.Width != p.ShownWidth || head.Height != p.ShownHeight || p.Width < head.Width || p.Height < head.Height ||
		p.Width > maxSide || p.Height > maxSide {
		return errors.New("its picture has another size")
	}
	return nil
}
