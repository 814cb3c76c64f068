/** A guard in front of the routes of Fastify 5. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  authorizationOf,
  type TokenGuard,
  type TokenOptions,
  tokenCheck,
  type VerifiedToken,
} from './bearer.ts'

export type { TokenGuard, TokenOptions, VerifiedToken } from './bearer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    accessToken?: VerifiedToken
  }
}

/**
 * A hook for `onRequest` that lets a request with an admitted token through, with `request.accessToken`, and answers every
 * other one.
 * @throws {MintmarkError} `INPUT_INVALID` where the guard's configuration lacks the audience
 */
export function requireToken(
  tokenGuard: TokenGuard,
  options: TokenOptions,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const check = tokenCheck(tokenGuard, options)
  return async (request, reply) => {
    const checked = await check(authorizationOf(request.raw))
    if ('refusal' in checked) {
      const { status, headers, body } = checked.refusal
      return await reply.code(status).headers(headers).send(body)
    }
    request.accessToken = checked.token
    return undefined
  }
}
