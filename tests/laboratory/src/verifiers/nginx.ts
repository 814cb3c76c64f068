import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { accepts, freePort } from '@mintmark/testkit'
import { startNginx } from '@mintmark/tests-e2e/guard-servers'
import { bearerTarget } from '@mintmark/trust'
import { closed, portOf } from '../servers.ts'
import type { Specimen } from '../specimen.ts'
import { debian, npm } from '../versions.ts'
import { jose } from './jose.ts'

export const nginx: Specimen = {
  name: 'nginx auth_request, before jose',
  versions: () => {
    const server = debian('nginx-light')()
    return server && [...server, ...npm('jose')()]
  },
  boundBy: 'as jose',
  open: async (place, way) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-nginx-'))
    const { target } = await jose.open(place, way)
    const authority = createServer((request, response) => {
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '')
      void target
        .ask(token)
        .then(({ said }) => response.writeHead(said === 'accepted' ? 204 : 401).end())
    })
    const [asked, port] = [await portOf(authority), await freePort()]
    const server = await startNginx(
      folder,
      `listen 127.0.0.1:${port}; location / { auth_request /auth; }
location = /auth { internal; proxy_pass http://127.0.0.1:${asked};
proxy_pass_request_body off; proxy_set_header Content-Length ""; }`,
    )
    // Its socket in the folder is there before the port is.
    // oxlint-disable-next-line no-await-in-loop -- waits until it listens
    while (!(await accepts(port))) await setTimeout(20)
    return {
      target: bearerTarget({ url: new URL(`http://127.0.0.1:${port}/`) }),
      close: async () => {
        await server.stop()
        await closed(authority)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
  faults: ['kid', 'audience'],
  caches: [
    { setting: 'cacheMaxAge 2 of jose', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 },
  ],
}
