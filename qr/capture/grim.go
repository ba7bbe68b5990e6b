package capture

import "context"

// grim asks a Wayland compositor of the wlroots kind. It puts all outputs into one picture, as they lie
// beside each other.
func (s system) grim(ctx context.Context) ([]Picture, error) {
	data, err := s.output(ctx, "grim", "-t", "png", "-")
	if err != nil {
		return nil, err
	}
	return one(data)
}
