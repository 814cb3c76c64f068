import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { it } from 'node:test'
import { Connections } from '../../src/http/connections.ts'

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string
  isEnded: boolean = false

  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }

  destroy(): void {
    this.isEnded = true
    this.emit('close')
  }
}

/** A server with these limits, and what happens to its connections. */
function given(most: number, perAddress: number) {
  const server = new EventEmitter()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is watched of a server is its events
  new Connections({ most, perAddress }).watch(server as unknown as Server)
  return {
    connect: (address: string) => {
      const socket = new FakeSocket(address)
      server.emit('connection', socket)
      return socket
    },
    /** @returns ends the answer */
    ask: (socket: FakeSocket, method = 'POST', response = new EventEmitter()) => {
      server.emit('request', { socket, method }, response)
      return () => response.emit('close')
    },
  }
}

const ended = (...sockets: FakeSocket[]) => sockets.map(({ isEnded }) => isEnded)

it('where all are taken, the one that has waited longest goes', () => {
  const { connect, ask } = given(3, 100)
  const [a, b, c] = [connect('10.0.0.1'), connect('10.0.0.2'), connect('10.0.0.3')]
  ask(a)()
  const d = connect('10.0.0.4')
  assert.deepEqual(ended(a, b, c, d), [false, true, false, false])
})

it('one with a request that is not answered stays, and the new one goes where all have one', () => {
  const { connect, ask } = given(2, 100)
  const [a, b] = [connect('10.0.0.1'), connect('10.0.0.2')]
  ask(a)
  const answer = ask(b)
  const c = connect('10.0.0.3')
  assert.deepEqual(ended(a, b, c), [false, false, true])
  answer()
  const d = connect('10.0.0.3')
  assert.deepEqual(ended(a, b, d), [false, true, false])
})

it('a connection that reads, or leaves its answer unread, is not busy', () => {
  const { connect, ask } = given(3, 100)
  const [a, b, c] = [connect('10.0.0.1'), connect('10.0.0.2'), connect('10.0.0.3')]
  ask(a, 'GET')
  ask(b, 'POST', Object.assign(new EventEmitter(), { writableEnded: true }))
  ask(c)
  const [d, e] = [connect('10.0.0.4'), connect('10.0.0.5')]
  assert.deepEqual(ended(a, b, c, d, e), [true, true, false, false, false])
})

it('an address with too many connections loses its own oldest, and no other', () => {
  const { connect } = given(100, 2)
  const [other, a, b] = [connect('10.0.0.9'), connect('10.0.0.1'), connect('10.0.0.1')]
  const c = connect('::ffff:10.0.0.1')
  assert.deepEqual(ended(other, a, b, c), [false, true, false, false])
  b.destroy()
  const d = connect('10.0.0.1')
  assert.deepEqual(ended(c, d), [false, false])
})

it('a network of IPv6 counts as one address, and this machine as none', () => {
  const { connect } = given(100, 1)
  const [a, b] = [connect('2001:db8:1:2::1'), connect('2001:db8:1:2:aaaa::3')]
  const [c, d] = [connect('2001:db8:1:3::1'), connect('2001:db8::1')]
  assert.deepEqual(ended(a, b, c, d), [true, false, false, false])
  assert.deepEqual(ended(connect('127.0.0.1'), connect('127.0.0.1'), connect('::1')), [
    false,
    false,
    false,
  ])
})
