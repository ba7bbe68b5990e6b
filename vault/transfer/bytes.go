package transfer

// byteReader takes pieces off the front of bytes, and nothing for ever after one that is not there.
type byteReader struct {
	data   []byte
	failed bool
}

func (r *byteReader) take(n uint64) []byte {
	if r.failed || n > uint64(len(r.data)) {
		r.failed = true
		return nil
	}
	got := r.data[:n]
	r.data = r.data[n:]
	return got
}

// little takes a number of so many bytes, the lowest first.
func (r *byteReader) little(size uint64) uint64 { return littleEndian(r.take(size)) }

// big takes one with the highest first.
func (r *byteReader) big(size uint64) uint64 {
	var n uint64
	for _, b := range r.take(size) {
		n = n<<8 | uint64(b)
	}
	return n
}

func littleEndian(data []byte) (n uint64) {
	for i, b := range data[:min(len(data), 8)] {
		n |= uint64(b) << (8 * i)
	}
	return n
}
