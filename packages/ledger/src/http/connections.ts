/**
 * Bounds the connections of a server, in total and for each address: the longest held are closed.
 * Held, not busy: an answer that nobody reads, or a request that only reads or can be repeated.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isIPv6, type Socket } from 'node:net'

interface ConnectionLimits {
  readonly most: number
  /** For one IPv4 address, or one /64 of IPv6. A proxy on this machine limits its own clients. */
  readonly perAddress: number
}

interface Connection {
  readonly origin: string
  /** Unsent answers to requests that must not be cut off. */
  readonly answers: Set<ServerResponse>
}

export class Connections {
  readonly #limits: ConnectionLimits
  readonly #open = new Map<Socket, Connection>()
  readonly #byOrigin = new Map<string, number>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#take(socket))
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#refresh(request.socket)
      response.once('close', () => this.#refresh(request.socket))
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

  /** Ends the longest held connection; of one origin, if that has too many. */
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

  #refresh(socket: Socket): void {
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
