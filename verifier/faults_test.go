package verifier_test

import "twofold/verifier/delivery"

var (
	noFaults   = delivery.Faults{}
	refuseMail = delivery.Faults{Email: delivery.Fault{Refused: true}}
)
