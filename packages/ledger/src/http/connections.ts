/**
 * Bounds the connections of a server, in total and for each address. Where there are too many, those that have waited longest
 * are closed, so that held connections keep nobody out.
 * A connection is held, not busy, with an answer that nobody reads, and with a reading request: a long poll, or one that can
 * be repeated.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isIPv6, type Socket } from 'node:net'

interface ConnectionLimits {
  readonly most: number
  /** From one address of IPv4, or one /64 of IPv6. A proxy on this machine answers for its own. */
  readonly perAddress: number
}

interface Connection {
  readonly origin: string
  /** Answers to requests that are no reading ones, which are not sent yet. */
  readonly answers: Set<ServerResponse>
}

export class Connections {
  readonly #limits: ConnectionLimits
  /** Those that have waited longest come first. */
  readonly #open = new Map<Socket, Connection>()
  readonly #byOrigin = new Map<string, number>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#take(socket))
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#touch(request.socket)
      response.once('close', () => this.#touch(request.socket))
      if (request.method === 'GET' || request.method === 'HEAD') return
      const answers = this.#open.get(request.socket)?.answers
      answers?.add(response)
      response.once('close', () => answers?.delete(response))
    })
  }

  #take(socket: Socket): void {
    const origin = originOf(socket.remoteAddress ?? '')
    const { most, perAddress } = this.#limits
    const isCrowd = origin !== '' && (this.#byOrigin.get(origin) ?? 0) >= perAddress
    const isRoom =
      (!isCrowd && this.#open.size < most) || this.#makeRoom(isCrowd ? origin : undefined)
    if (!isRoom) {
      socket.destroy()
      return
    }
    this.#open.set(socket, { origin, answers: new Set() })
    this.#byOrigin.set(origin, (this.#byOrigin.get(origin) ?? 0) + 1)
    socket.once('close', () => this.#drop(socket))
  }

  /** Ends the connection that is held longest; of one origin, where it has too many. */
  #makeRoom(crowded: string | undefined): boolean {
    for (const [socket, { origin, answers }] of this.#open) {
      const isBusy = [...answers].some(({ writableEnded }) => !writableEnded)
      if (isBusy || (crowded !== undefined && origin !== crowded)) continue
      this.#drop(socket)
      socket.destroy()
      return true
    }
    return false
  }

  #drop(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    this.#open.delete(socket)
    const left = (this.#byOrigin.get(connection.origin) ?? 1) - 1
    if (left > 0) this.#byOrigin.set(connection.origin, left)
    else this.#byOrigin.delete(connection.origin)
  }

  /** It has waited for the shortest time now. */
  #touch(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    this.#open.delete(socket)
    this.#open.set(socket, connection)
  }
}

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/

/** `''` for this machine. */
function originOf(address: string): string {
  if (LOOPBACK.test(address)) return ''
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  return isIPv6(plain) ? networkOf(plain) : plain
}

/** The first 64 bits of an address, as text. */
function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length
  const parts = [...first, ...Array.from({ length: zeros }, () => '0'), ...last]
  return parts
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')
}
