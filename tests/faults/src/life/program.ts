/** One program of one person's at work: asks for tokens, reads, and leaves the records of both. */
import type { Random } from '../world/random.ts'
import { MINUTE } from '../world/times.ts'
import type { Json } from '../world/world.ts'
import { bind, call, openFile, send, sync, type Use } from './accesses.ts'
import { type Folder, oidIn } from './people.ts'
import type { Recorder } from './recorder.ts'
import { type Holder, TokenSource } from './tokens.ts'

/** Where the resource's own records go. */
export class Program {
  readonly #random: Random
  readonly #holder: Holder
  readonly #recorder: Recorder
  readonly #tokens: TokenSource

  constructor(random: Random, holder: Holder, recorder: Recorder) {
    this.#random = random
    this.#holder = holder
    this.#recorder = recorder
    this.#tokens = new TokenSource(random, holder)
  }

  /** A burst of use that begins at a time: some records within minutes. */
  use(ms: number, ip: string): void {
    const random = this.#random
    const { client, manager } = this.#holder
    const owner = manager !== undefined && random.chance(0.4) ? manager : undefined
    const token = this.#tokens.at(ms, ip)
    const records = random.between(1, client.kind === 'files' ? 4 : 3)
    let at = ms
    for (let record = 0; record < records; record++) {
      at += random.between(500, 2 * MINUTE)
      if (at >= token.expiresMs) break
      this.#record({
        id: this.#recorder.id(),
        atMs: at,
        person: this.#holder.person,
        resource: this.#holder.resource,
        client,
        ip,
        ...(owner !== undefined && { owner }),
        isBackground: client.kind === 'imap' || random.chance(BACKGROUND),
        shown: {
          uti: token.id.uti,
          session: token.session,
          issuedMs: Math.floor(token.issuedMs / 1000) * 1000,
          oid: oidIn(this.#holder.person, this.#holder.resource),
          tenant: this.#holder.resource.id,
          app: client.app.id,
        },
      })
    }
  }

  #record(use: Use): void {
    const { kind } = use.client
    if (kind === 'calls') this.#recorder.graph.push(call(use, this.#random.pick(PATHS)))
    else this.#recorder.audit.push(kind === 'files' ? this.#file(use) : this.#mail(use))
    this.#recorder.truth.set(use.id, {
      id: use.id,
      atMs: use.atMs,
      forged: '',
      isDeterminable: true,
      principal: use.person.upn,
      mailbox: kind === 'calls' || kind === 'files' ? '' : (use.owner ?? use.person).upn,
      ip: use.ip,
      app: use.client.app.name,
      client: use.client.text,
      messages: [],
    })
  }

  #file(use: Use): Json {
    return openFile(use, `Minutes ${this.#random.between(1, 400)}.docx`)
  }

  #mail(use: Use): Json {
    const random = this.#random
    const folder = random.pick((use.owner ?? use.person).folders)
    if (use.client.kind === 'desktop' && random.chance(0.4)) return sync(use, folder)
    if (use.client.kind !== 'vendor' && random.chance(0.08))
      return send(use, folder, random.pick(folder.messages))
    return bind(use, folder, readFrom(random, folder))
  }
}

/** Share of mailbox records that say nothing of a token. */
const BACKGROUND = 0.02
const PATHS = ['me/chats', 'me/presence', 'me/calendarView', 'users?$top=20', 'me/photo/$value']

/** Some messages of a folder, as one record aggregates them. */
export function readFrom(random: Random, folder: Folder): readonly string[] {
  return random.sample(folder.messages, random.between(1, 5))
}
