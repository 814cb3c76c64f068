import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Owners } from '../src/owners.ts'

const file = { kind: 'file', name: '/lib/a.so' } as const
const module = { kind: 'module', name: 'b.dll' } as const
const owners = new Owners(
  [
    { from: 0x8000n, to: 0x9000n, owner: module },
    { from: 0x1000n, to: 0x3000n, owner: file },
  ],
  [
    { address: 0x5010n, name: '7' },
    { address: 0x6010n, name: '8' },
    { address: 0x6020n, name: '9' },
    { address: 0x8010n, name: '10' },
  ],
)

describe('the owner of', () => {
  for (const { name, address, length, owner } of [
    { name: 'a run at the begin of a mapping', address: 0x1000n, length: 0x2000, owner: file },
    { name: 'a run inside it', address: 0x2fffn, length: 1, owner: file },
    { name: 'a run right after it', address: 0x3000n, length: 0x1000, owner: undefined },
    { name: 'a run right before it', address: 0n, length: 0x1000, owner: undefined },
    { name: 'a run that a mapping fills by half', address: 0x7000n, length: 0x2000, owner: module },
    {
      name: 'a run that a mapping fills by less',
      address: 0x7000n,
      length: 0x1008,
      owner: undefined,
    },
    {
      name: 'a run with one stack pointer',
      address: 0x5000n,
      length: 0x1000,
      owner: { kind: 'stack', name: '7' },
    },
    {
      name: 'a run that ends at a stack pointer',
      address: 0x5000n,
      length: 0x10,
      owner: undefined,
    },
    {
      name: 'a run with the stack pointers of two threads',
      address: 0x6000n,
      length: 0x1000,
      owner: undefined,
    },
    {
      name: 'a module that a stack pointer points into',
      address: 0x8000n,
      length: 0x1000,
      owner: module,
    },
    {
      name: 'the last byte of all addresses',
      address: 0xffffffffffffffffn,
      length: 1,
      owner: undefined,
    },
  ]) {
    it(name, () => assert.deepEqual(owners.ownerOf(address, length), owner))
  }
})
