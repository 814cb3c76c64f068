/** The little of oidc-provider that the tests touch; the package brings no types. */
declare module 'oidc-provider/lib/index.js' {
  import type { KeyObject } from 'node:crypto'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export class ExternalSigningKey {
    kid: string | undefined
    alg: string | undefined
    keyObject: () => KeyObject
    sign: (data: Buffer) => Promise<Buffer> | Buffer
  }

  export class Provider {
    constructor(issuer: string, configuration: object)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    on(event: string, listener: (...args: unknown[]) => void): this
  }
}
