/** The same two routes in Express, Fastify and Hono, on a real server each: one behind the guard, one behind it with a scope. */
import { createServer, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import type { TokenGuard, VerifiedToken } from '../../src/middleware/bearer.ts'
import * as forExpress from '../../src/middleware/express.ts'
import * as forFastify from '../../src/middleware/fastify.ts'
import * as forHono from '../../src/middleware/hono.ts'

export interface Served {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Starts a service for this audience. `seen` is called by a route that a request reached. */
type Start = (
  tokenGuard: TokenGuard,
  audience: string,
  seen: (path: string) => void,
) => Promise<Served>

export const SCOPE: readonly string[] = ['mail.read', 'mail.list']

const shown = (token: VerifiedToken | undefined) => ({
  sub: token?.claims['sub'],
  user: token?.user,
  audience: token?.audience,
  basis: token?.basis,
})

const startExpress: Start = async (tokenGuard, audience, seen) => {
  const app = express()
  app.use('/mail', forExpress.requireToken(tokenGuard, { audience }))
  app.use('/scoped', forExpress.requireToken(tokenGuard, { audience, scope: SCOPE }))
  app.use((request, response) => {
    seen(request.path)
    response.json(shown(request.accessToken))
  })
  return await served(createServer(app))
}

const startFastify: Start = async (tokenGuard, audience, seen) => {
  const app = fastify()
  const onRequest = forFastify.requireToken(tokenGuard, { audience })
  app.get('/mail', { onRequest }, (request) => {
    seen('/mail')
    return shown(request.accessToken)
  })
  app.register((routes, _, done) => {
    routes.addHook('onRequest', forFastify.requireToken(tokenGuard, { audience, scope: SCOPE }))
    routes.get('/scoped', (request) => {
      seen('/scoped')
      return shown(request.accessToken)
    })
    done()
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, stop: () => app.close() }
}

const startHono: Start = async (tokenGuard, audience, seen) => {
  const app = new Hono()
  app.get('/mail', forHono.requireToken(tokenGuard, { audience }), (c) => {
    seen('/mail')
    return c.json(shown(c.get('accessToken')))
  })
  app.get('/scoped', forHono.requireToken(tokenGuard, { audience, scope: SCOPE }), (c) => {
    seen('/scoped')
    return c.json(shown(c.get('accessToken')))
  })
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => closed(server) }),
    )
  })
}

export const FRAMEWORKS: Readonly<Record<string, Start>> = {
  Express: startExpress,
  Fastify: startFastify,
  Hono: startHono,
}

async function served(server: Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return { url: `http://127.0.0.1:${port}`, stop: () => closed(server) }
}

const closed = (server: { close: (done: () => void) => unknown }): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
