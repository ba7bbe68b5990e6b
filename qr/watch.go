package qr

// watch records what was looked at, for a person who wonders why a code is not read. All its methods do
// nothing on nil: decoding as such is not watched.
type watch struct{ rungs []*watchedRung }

// watchedRung is what one rung of the ladder saw, in the pixels of its view.
type watchedRung struct {
	name           string
	scaleX, scaleY float64 // from its view to the picture
	finders        []finder
	best           *watchedGrid // that fitted best
	read           []watchedGrid
}

// watchedGrid is a grid whose bits were sampled.
type watchedGrid struct {
	*grid
	fit float64
}

func (w *watch) rung(name string, scaleX, scaleY float64) *watchedRung {
	if w == nil {
		return nil
	}
	r := &watchedRung{name: name, scaleX: scaleX, scaleY: scaleY}
	w.rungs = append(w.rungs, r)
	return r
}

func (r *watchedRung) saw(found []finder) {
	if r != nil {
		r.finders = found
	}
}

func (r *watchedRung) tried(g *grid, fit float64, read bool) {
	if r == nil {
		return
	}
	// Only what is drawn: the ink of every rung would be too much to keep.
	kept := watchedGrid{&grid{ink: &ink{}, layout: g.layout, plane: g.plane, bent: g.bent}, fit}
	if r.best == nil || fit > r.best.fit {
		r.best = &kept
	}
	if read {
		r.read = append(r.read, kept)
	}
}

// telling is the rung that says most: one that read something, else the one whose best grid fitted best,
// else the one that saw most finders.
func (w *watch) telling() *watchedRung {
	var best *watchedRung
	for _, r := range w.rungs {
		if best == nil || r.weight() > best.weight() {
			best = r
		}
	}
	return best
}

func (r *watchedRung) weight() float64 {
	weight := float64(len(r.finders)) / (maxFinders + 1) // at most 1
	if r.best != nil {
		weight += 2 + r.best.fit
	}
	return weight + 4*float64(len(r.read))
}
