package transfer

import (
	"encoding/binary"

	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/poly1305" //nolint:staticcheck // the stream of libsodium pads another way than the whole construction
)

// One message of libsodium's crypto_secretstream_xchacha20poly1305, with the tag that ends a stream.
const (
	streamHeader = 24                         // bytes, beside the message
	streamExtra  = 1 + poly1305.TagSize       // bytes that a message grows by
	streamFinal  = 3                          // the tag of a last message
	streamBlock  = 64                         // bytes of a block of ChaCha20
	streamMost   = MaxFile + streamExtra + 64 // bytes
)

// streamParts gives the cipher at the block of the tag, and the key of the MAC.
func streamParts(key, header []byte) (*chacha20.Cipher, *[32]byte, error) {
	subkey, err := chacha20.HChaCha20(key, header[:16])
	if err != nil {
		return nil, nil, err
	}
	defer clear(subkey)
	nonce := append(binary.LittleEndian.AppendUint32(nil, 1), header[16:streamHeader]...)
	cipher, err := chacha20.NewUnauthenticatedCipher(subkey, nonce)
	if err != nil {
		return nil, nil, err
	}
	var mac [32]byte
	cipher.XORKeyStream(mac[:], mac[:])
	cipher.SetCounter(1)
	return cipher, &mac, nil
}

// streamMAC is over the block of the tag, encrypted, and the message behind it. Its padding is not to a whole block: so
// libsodium has it, and will have it for ever.
func streamMAC(key *[32]byte, block, sealed []byte) *poly1305.MAC {
	mac := poly1305.New(key)
	var zero [16]byte
	_, _ = mac.Write(block)
	_, _ = mac.Write(sealed)
	_, _ = mac.Write(zero[:(16-streamBlock+len(sealed))&15])
	_, _ = mac.Write(binary.LittleEndian.AppendUint64(make([]byte, 8), uint64(streamBlock+len(sealed))))
	return mac
}

// openStream opens a message. It is not ok when the key is wrong or a bit is. Whether its tag ends the stream does not
// matter: versions of Ente differ, and there is nothing behind it.
func openStream(key, header, sealed []byte) (plain []byte, ok bool) {
	if len(header) != streamHeader || len(sealed) < streamExtra || len(sealed) > streamMost {
		return nil, false
	}
	cipher, macKey, err := streamParts(key, header)
	if err != nil {
		return nil, false
	}
	defer clear(macKey[:])
	end := len(sealed) - poly1305.TagSize
	var block [streamBlock]byte
	block[0] = sealed[0]
	cipher.XORKeyStream(block[:], block[:])
	block[0] = sealed[0]
	if !streamMAC(macKey, block[:], sealed[1:end]).Verify(sealed[end:]) {
		return nil, false
	}
	plain = make([]byte, end-1)
	cipher.XORKeyStream(plain, sealed[1:end])
	return plain, true
}

// sealStream is the other way round, under a header of its own.
func sealStream(key, plain []byte) (header, sealed []byte, err error) {
	header = randomBytes(streamHeader)
	cipher, macKey, err := streamParts(key, header)
	if err != nil {
		return nil, nil, err
	}
	defer clear(macKey[:])
	block := [streamBlock]byte{streamFinal}
	cipher.XORKeyStream(block[:], block[:])
	sealed = make([]byte, 1+len(plain), streamExtra+len(plain))
	sealed[0] = block[0]
	cipher.XORKeyStream(sealed[1:], plain)
	return header, streamMAC(macKey, block[:], sealed[1:]).Sum(sealed), nil
}
