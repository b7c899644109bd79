// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"testing"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/engine/enginetest"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/queue/queuetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

type childServer struct{ *enginetest.Child }

func (s childServer) Open(t *testing.T) queue.Queue { return s.Child.Open(t) }
func (s childServer) Restart(t *testing.T)          { s.Child.Restart(t) }

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T, c queuetest.Config) queuetest.Server {
		o := engine.Options{AckWait: c.Wait, ResultWait: c.Wait}
		for name, jobs := range c.Tenants {
			o.Tenants = append(o.Tenants, engine.Tenant{Name: name, Jobs: jobs})
		}
		return childServer{enginetest.Start(t, o)}
	})
}
