/**
 * A connection to a NATS server and one stream: the one file that imports the client.
 * A lost connection is not repaired here: the caller opens another one, and knows its position.
 */
import { readFile } from 'node:fs/promises'
import {
  DeliverPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type OrderedConsumerOptions,
} from '@nats-io/jetstream'
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import type { NatsAddress } from './nats_address.ts'

const TIMEOUT_MS = 5000
/** A server that does not answer for two of these is taken to be gone. */
const PING_MS = 5000
const MAX_PINGS = 2
const MINUTE_NS = 60e9

/** In which stream, too: a new stream counts from one again. */
export interface StreamPosition {
  readonly created: string
  readonly sequence: number
}

interface StreamMessage extends StreamPosition {
  readonly data: Uint8Array
}

export class NatsStream {
  readonly #connection: NatsConnection
  readonly #manager: JetStreamManager
  readonly #stream: string

  private constructor(connection: NatsConnection, manager: JetStreamManager, stream: string) {
    this.#connection = connection
    this.#manager = manager
    this.#stream = stream
  }

  static async open(address: NatsAddress): Promise<NatsStream> {
    const connection = await connect(await optionsOf(address))
    try {
      const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS })
      return new NatsStream(connection, manager, address.stream)
    } catch (cause) {
      await connection.close()
      throw cause
    }
  }

  get maxBytes(): number {
    return this.#connection.info?.max_payload ?? 0
  }

  subjectOf(alias: string): string {
    // A dot would make it two words.
    return `${this.#stream}.${alias.replaceAll('.', '%2e')}`
  }

  /** An existing stream is not changed. */
  async create(retentionMinutes: number): Promise<void> {
    const { streams } = this.#manager
    if ((await this.#created()) !== undefined) return
    const subjects = [`${this.#stream}.>`]
    await streams.add({ name: this.#stream, subjects, max_age: retentionMinutes * MINUTE_NS })
  }

  async #created(): Promise<string | undefined> {
    for await (const name of this.#manager.streams.names())
      if (name === this.#stream) return (await this.#manager.streams.info(name)).created
    return undefined
  }

  /** Resolves when the server has stored it. @param id the server drops a repeated one */
  async publish(subject: string, data: Uint8Array, id: string): Promise<void> {
    await jetstream(this.#connection).publish(subject, data, { msgID: id, timeout: TIMEOUT_MS })
  }

  async lastOf(subject: string): Promise<Uint8Array | undefined> {
    const query = { last_by_subj: subject }
    return (await this.#manager.streams.getMessage(this.#stream, query))?.data
  }

  /**
   * From the position on in the same stream; else the newest of each subject, and all that follow.
   * Ends when the connection is lost or closed.
   */
  async *messages(
    position: StreamPosition | undefined,
    onFound: () => void,
  ): AsyncGenerator<StreamMessage, void, void> {
    const { created, state } = await this.#manager.streams.info(this.#stream)
    onFound()
    const isSame = position?.created === created && state.last_seq >= position.sequence
    const from: Partial<OrderedConsumerOptions> = isSame
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: position.sequence + 1 }
      : { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects: `${this.#stream}.>` }
    const consumer = await jetstream(this.#connection).consumers.get(this.#stream, from)
    const messages = await consumer.consume()
    // A lost connection does not end the messages by itself.
    void this.#connection.closed().then(() => messages.close())
    for await (const { seq, data } of messages) yield { created, sequence: seq, data }
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}

/** Name and password of the address go into the connection, and into no message. */
async function optionsOf({ url, credentialsFile }: NatsAddress): Promise<NodeConnectionOptions> {
  const { protocol, host, username, password } = new URL(url)
  const credentials = credentialsFile === undefined ? undefined : await readFile(credentialsFile)
  return {
    servers: host,
    name: 'mintmark',
    reconnect: false,
    timeout: TIMEOUT_MS,
    pingInterval: PING_MS,
    maxPingOut: MAX_PINGS,
    ...(protocol === 'tls:' && { tls: {} }),
    ...(username !== '' && {
      user: decodeURIComponent(username),
      pass: decodeURIComponent(password),
    }),
    ...(credentials !== undefined && { authenticator: credsAuthenticator(credentials) }),
  }
}
