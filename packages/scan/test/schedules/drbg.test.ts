import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { expandKey } from '../../src/schedules/aes_words.ts'
import { DrbgStates, isBoringDrbg } from '../../src/schedules/drbg.ts'
import { isTestKey } from '../../src/schedules/test_keys.ts'

/** Where the round keys begin. */
const AT = 64

/** The state of a thread's generator as BoringSSL keeps it in Chromium. */
function state(): DataView {
  const view = new DataView(new ArrayBuffer(512))
  new Uint8Array(view.buffer).set(new Uint8Array(expandKey(randomBytes(32)).buffer), AT)
  view.setBigUint64(AT - 8, 312n, true)
  view.setUint32(AT + 240, 13, true)
  view.setBigUint64(AT + 248, 0x5588_65dd_d200n, true)
  view.setBigUint64(AT + 256, 0x5588_65dd_de80n, true)
  new Uint8Array(view.buffer).set(randomBytes(16), AT + 264)
  view.setBigUint64(AT + 280, 555n, true)
  return view
}

const isState = (view: DataView) => isBoringDrbg(new Uint8Array(view.buffer), AT)

it('the generator of BoringSSL is known by what is around its round keys', () => {
  assert.equal(isState(state()), true)
})

for (const { name, change } of [
  { name: 'another size', change: (view: DataView) => view.setBigUint64(AT - 8, 264n, true) },
  { name: 'ten rounds', change: (view: DataView) => view.setUint32(AT + 240, 10, true) },
  { name: 'no function', change: (view: DataView) => view.setBigUint64(AT + 256, 0n, true) },
  {
    name: 'functions of two libraries',
    change: (view: DataView) => view.setBigUint64(AT + 256, 0x7f00_65dd_de80n, true),
  },
  { name: 'no call so far', change: (view: DataView) => view.setBigUint64(AT + 280, 0n, true) },
  {
    name: 'random bytes in place of the number of calls',
    change: (view: DataView) => view.setBigUint64(AT + 280, 0x9f3b_7c21_55aa_1234n, true),
  },
])
  it(`with ${name} it is a key like any other`, () => {
    const view = state()
    change(view)
    assert.equal(isState(view), false)
  })

/** AES of one block. */
function encrypted(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(block), cipher.final()])
}

it('the key that a generator derives from a seed of zeros is a test key', () => {
  const counting = Buffer.from(Array.from({ length: 32 }, (_, i) => i))
  // Length of the seed, length of what is derived, the seed, 0x80, zeros: SP 800-90A, section 10.3.2.
  const input = Buffer.alloc(48)
  input.writeUInt32BE(32, 0)
  input.writeUInt32BE(48, 4)
  input[40] = 0x80
  const halves = [0, 1].map((i) => {
    const counter = Buffer.alloc(16)
    counter.writeUInt32BE(i)
    let chained = encrypted(counting, counter)
    for (let at = 0; at < input.length; at += 16) {
      const block = Buffer.from(chained.map((byte, k) => byte ^ (input[at + k] ?? 0)))
      chained = encrypted(counting, block)
    }
    return chained
  })
  assert.equal(isTestKey(Buffer.concat(halves)), true)
  assert.equal(isTestKey(Buffer.concat(halves.toReversed())), false)
})

it('a schedule at the end of what can be seen is none', () => {
  assert.equal(isBoringDrbg(new Uint8Array(state().buffer).subarray(0, AT + 250), AT), false)
})

/** `keylen`, `use_df` and the key, as OpenSSL has them. */
function openSslState(key: Buffer, useDf: number): Buffer {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(32n, 0)
  head.writeUInt32LE(useDf, 8)
  return Buffer.concat([head, key])
}

it('keys of the states in a window are distinguished from all others', () => {
  const keys = Array.from({ length: 20 }, () => randomBytes(32))
  const alike = keys.map((key) =>
    Buffer.concat([key.subarray(0, 31), Buffer.of((key[31] ?? 0) ^ 1)]),
  )
  const parts = keys.flatMap((key, i) => [randomBytes(i), openSslState(key, i % 2)])
  const wrong = randomBytes(32)
  const window = Buffer.concat([...parts, ...alike, openSslState(wrong, 2)])
  const states = new DrbgStates()
  for (const key of keys) assert.equal(states.contain(window, key), true)
  for (const key of [...alike, wrong]) assert.equal(states.contain(window, key), false)
  assert.equal(states.contain(Buffer.concat(alike), keys[0] ?? wrong), false)
})

it('a state that the window ends in is none', () => {
  const key = randomBytes(32)
  assert.equal(new DrbgStates().contain(openSslState(key, 0).subarray(0, 43), key), false)
})
