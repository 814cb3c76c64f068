/** A guard in front of the routes of Express 4 and 5. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  authorizationOf,
  type TokenGuard,
  type TokenOptions,
  tokenCheck,
  type VerifiedToken,
} from './bearer.ts'

export type { TokenGuard, TokenOptions, VerifiedToken } from './bearer.ts'

declare global {
  namespace Express {
    interface Request {
      accessToken?: VerifiedToken
    }
  }
}

type Handler = (
  request: IncomingMessage & { accessToken?: VerifiedToken },
  response: ServerResponse,
  next: () => void,
) => Promise<void>

/**
 * A handler that lets a request with an admitted token through, with `request.accessToken`, and answers every other one.
 * @throws {MintmarkError} `INPUT_INVALID` where the guard's configuration lacks the audience
 */
export function requireToken(tokenGuard: TokenGuard, options: TokenOptions): Handler {
  const check = tokenCheck(tokenGuard, options)
  return async (request, response, next) => {
    const checked = await check(authorizationOf(request))
    if ('token' in checked) {
      request.accessToken = checked.token
      next()
      return
    }
    const { status, headers, body } = checked.refusal
    response.writeHead(status, headers).end(body)
  }
}
