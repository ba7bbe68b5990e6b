package api

import (
	"context"
	"net/http"
)

func (a *API) deviceRoutes() {
	register(a, a.account("devices", http.MethodGet, "/me/devices", "The account's trusted devices"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[[]Device], error) {
			devices, err := a.svc.Devices(ctx, in.session())
			out := &output[[]Device]{Body: []Device{}}
			for _, d := range devices {
				out.Body = append(out.Body, Device{
					ID: d.ID, Name: d.Name, Created: d.Created, Expires: d.Expires, Used: since(d.Used),
				})
			}
			return out, err
		})
	register(a, a.account("forget-device", http.MethodDelete, "/me/devices/{id}", "Trust a device no longer"),
		func(ctx context.Context, in *OwnPart) (*struct{}, error) {
			return nil, a.svc.ForgetDevice(ctx, in.session(), in.ID)
		})
	register(a, a.account("forget-devices", http.MethodDelete, "/me/devices", "Trust no device any longer"),
		func(ctx context.Context, in *struct{ Bearer }) (*struct{}, error) {
			return nil, a.svc.ForgetDevices(ctx, in.session())
		})
}
