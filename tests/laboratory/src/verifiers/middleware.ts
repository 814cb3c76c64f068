/** Middleware of Express as a verify function, without a server. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Verify } from '@mintmark/trust'

function bearerRequest(token: string): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  const headers = { host: '127.0.0.1', authorization: `Bearer ${token}` }
  // What Express adds to a request.
  const express = { originalUrl: '/', protocol: 'http', query: {}, is: () => false }
  const get = (name: string) => request.headers[name.toLowerCase()]
  return Object.assign(request, { method: 'GET', url: '/', headers, get, ...express })
}

/** @param handler a function of Express that answers by `next`, with an error where it refuses */
export function middlewareVerify(handler: unknown): Verify {
  if (typeof handler !== 'function') throw new TypeError('no middleware')
  return (token) =>
    new Promise((resolve, reject) => {
      const request = bearerRequest(token)
      const next = (error?: unknown) => {
        if (error === undefined) resolve(true)
        else reject(error instanceof Error ? error : new Error('refused'))
      }
      const called: unknown = Reflect.apply(handler, undefined, [
        request,
        new ServerResponse(request),
        next,
      ])
      void Promise.resolve(called).catch(reject)
    })
}
