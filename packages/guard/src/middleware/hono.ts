/** A guard in front of the routes of Hono 4. */
import type { MiddlewareHandler } from 'hono'
import { responseOf } from '../http/answers.ts'
import { type TokenGuard, type TokenOptions, tokenCheck, type VerifiedToken } from './bearer.ts'

export type { TokenGuard, TokenOptions, VerifiedToken } from './bearer.ts'

/**
 * A middleware that lets a request with an admitted token through, with `c.get('accessToken')`, and answers every other one.
 * @throws {MintmarkError} `INPUT_INVALID` where the guard's configuration lacks the audience
 */
export function requireToken(
  tokenGuard: TokenGuard,
  options: TokenOptions,
): MiddlewareHandler<{ Variables: { accessToken: VerifiedToken } }> {
  const check = tokenCheck(tokenGuard, options)
  return async (c, next) => {
    const checked = await check(c.req.header('authorization'))
    if ('refusal' in checked) return responseOf(checked.refusal)
    c.set('accessToken', checked.token)
    return await next()
  }
}
