package qr

// Weights of the four features that make a symbol hard to read (ISO/IEC 18004, table 11).
const (
	penaltyRun     = 3  // five modules of one color in a line, and one more for each module beyond
	penaltyBlock   = 3  // two by two modules of one color
	penaltyFinder  = 40 // 1:1:3:1:1 with four light modules on a side, which looks like a finder
	penaltyBalance = 10 // each 5 % that the share of black is away from a half
)

// penalty says how hard a symbol is to read; of the eight masks the one with the lowest is drawn.
func penalty(s Symbol) int {
	total, black := 0, 0
	for i := range s.size {
		total += linePenalty(s.size, func(j int) bool { return s.Black(j, i) })
		total += linePenalty(s.size, func(j int) bool { return s.Black(i, j) })
		for j := range s.size {
			c := s.Black(j, i)
			if c {
				black++
			}
			if j > 0 && i > 0 && s.Black(j-1, i) == c && s.Black(j, i-1) == c && s.Black(j-1, i-1) == c {
				total += penaltyBlock
			}
		}
	}
	offHalf := 100*black/(s.size*s.size) - 50
	return total + max(offHalf, -offHalf)/5*penaltyBalance
}

// linePenalty counts the runs of one color and the finder-like patterns of one row or column.
func linePenalty(size int, black func(int) bool) int {
	const before, after = 0b00001011101, 0b10111010000
	total, run, last := 0, 0, 0
	for j := range size {
		bit := 0
		if black(j) {
			bit = 1
		}
		if j > 0 && bit == last&1 {
			run++
		} else {
			run = 1
		}
		switch {
		case run == 5:
			total += penaltyRun
		case run > 5:
			total++
		}
		last = last<<1 | bit
		if j >= 10 && (last&0x7ff == before || last&0x7ff == after) {
			total += penaltyFinder
		}
	}
	return total
}
