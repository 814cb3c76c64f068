/**
 * Bounds the connections of a server, in total and for each address. Where there are too many, idle ones are closed first,
 * so that held connections keep nobody out.
 *
 * @module
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
  /** Requests that are not answered yet. */
  asked: number
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
      this.#asks(request.socket)
      response.once('close', () => this.#isAnswered(request.socket))
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
    this.#open.set(socket, { origin, asked: 0 })
    this.#byOrigin.set(origin, (this.#byOrigin.get(origin) ?? 0) + 1)
    socket.once('close', () => this.#drop(socket))
  }

  /** Ends the connection that has waited longest without a request; of one origin, where it has too many. */
  #makeRoom(crowded: string | undefined): boolean {
    for (const [socket, { origin, asked }] of this.#open) {
      if (asked > 0 || (crowded !== undefined && origin !== crowded)) continue
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

  #asks(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection !== undefined) connection.asked++
  }

  #isAnswered(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    connection.asked--
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
