/**
 * A witness over HTTP.
 *
 * Source: C2SP tlog-witness.
 *
 * @module
 */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { MAX_ADD_CHECKPOINT_BYTES, type Witness } from '../witness/witness.ts'

export function witnessApp(witness: Pick<Witness, 'addCheckpoint' | 'readHash'>): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok\n'))
  const limit = bodyLimit({
    maxSize: MAX_ADD_CHECKPOINT_BYTES,
    onError: (c) => c.text('too large\n', 413),
  })
  app.post('/add-checkpoint', limit, async (c) => {
    const { status, type, body } = await witness.addCheckpoint(await c.req.text())
    return c.body(body, status, { 'Content-Type': type })
  })
  // A log that is accused of another history asks for this checkpoint.
  app.get('/:hash/checkpoint', async (c) => {
    const text = await witness.readHash(c.req.param('hash'))
    return text === undefined ? c.text('not seen\n', 404) : c.text(text)
  })
  app.onError((_error, c) => c.text('the witness cannot answer\n', 503))
  return app
}
