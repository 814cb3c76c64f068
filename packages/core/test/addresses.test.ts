import assert from 'node:assert/strict'
import { isIP, isIPv6 } from 'node:net'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { readAddress } from '../src/addresses.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }

describe('readAddress reads', () => {
  const cases = [
    { text: '192.0.2.7', ip: '192.0.2.7' },
    { text: ' 192.0.2.7 ', ip: '192.0.2.7' },
    { text: '192.0.2.7:443', ip: '192.0.2.7', port: 443 },
    { text: '[192.0.2.7]:443', ip: '192.0.2.7', port: 443 },
    { text: '[192.0.2.7]', ip: '192.0.2.7' },
    { text: '2001:DB8::1', ip: '2001:db8::1' },
    { text: '2001:0db8:0:0:0:0:0:0001', ip: '2001:db8::1' },
    { text: '2001:db8:0:1:1:1:1:1', ip: '2001:db8:0:1:1:1:1:1' },
    { text: '2001:0:0:1:0:0:0:1', ip: '2001:0:0:1::1' },
    { text: '2001:db8:0:0:1:0:0:1', ip: '2001:db8::1:0:0:1' },
    { text: '[2001:db8::1]:55555', ip: '2001:db8::1', port: 55_555 },
    { text: '[2001:db8::1]', ip: '2001:db8::1' },
    { text: 'fe80::1%eth0', ip: 'fe80::1' },
    { text: '[fe80::1%12]:80', ip: 'fe80::1', port: 80 },
    { text: '::ffff:192.0.2.7', ip: '192.0.2.7' },
    { text: '::ffff:c000:207', ip: '192.0.2.7' },
    { text: '[::ffff:192.0.2.7]:25', ip: '192.0.2.7', port: 25 },
    { text: '::', ip: '::' },
    { text: '::1', ip: '::1' },
    { text: '1::', ip: '1::' },
  ]
  for (const { text, ip, port = 0 } of cases) {
    it(text, () => assert.deepEqual(readAddress(text), { ip, port }))
  }
})

describe('readAddress finds no address in', () => {
  const cases = [
    '',
    'null',
    '256.1.1.1',
    '1.2.3',
    '010.1.1.1',
    '192.0.2.7:',
    '192.0.2.7:65536',
    '192.0.2.7:x',
    '[2001:db8::1',
    '[2001:db8::1]x',
    '[]:1',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '2001:db8::g',
    ':::',
    '1.2.3.4::',
    'mail.example.com',
    '192.0.2.7, 192.0.2.8',
    'f'.repeat(1000),
    3_232_235_777,
    undefined,
  ]
  for (const value of cases) {
    it(String(value).slice(0, 40), () => assert.deepEqual(readAddress(value), { ip: '', port: 0 }))
  }
})

describe('address properties', () => {
  it('every IPv6 spelling is the address that URL writes', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const { ip } = readAddress(text)
        const host = new URL(`http://[${text}]/`).hostname.slice(1, -1)
        if (isIPv6(ip)) assert.equal(ip, host)
        else assert.match(host, /^::ffff:/)
      }),
      runs,
    )
  })

  it('what is read is an address, and reading it again changes nothing', () => {
    const like = fc.stringMatching(/^[\da-fA-F:.[\]%]{2,45}$/)
    fc.assert(
      fc.property(fc.oneof(like, fc.ipV4(), fc.ipV6(), fc.anything()), (value) => {
        const { ip } = readAddress(value)
        assert.ok(ip === '' || isIP(ip) > 0)
        assert.equal(readAddress(ip).ip, ip)
        if (typeof value === 'string' && isIP(value) > 0) assert.notEqual(ip, '')
      }),
      runs,
    )
  })
})
