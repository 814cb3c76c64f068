/** A program that has `@mintmark/scan` alone: it scans a file with a private key in it, and reads the report. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { type Finding, type ScanReport, scanFile } from '@mintmark/scan'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const der = privateKey.export({ format: 'der', type: 'pkcs8' })
writeFileSync('memory.bin', Buffer.concat([Buffer.alloc(70_000, 7), der, Buffer.alloc(9000, 9)]))
const report: ScanReport = await scanFile('memory.bin')
const found = report.findings.map(({ kind, offset, certainty }: Finding) => ({
  kind,
  offset,
  certainty,
}))
// Numbers of a JWK are base64url; a report has hexadecimal digits, too.
const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
const text = JSON.stringify(report)
const isLeaked = (['base64', 'base64url', 'hex'] as const).some((encoding) =>
  text.includes(secret.toString(encoding)),
)
console.log(JSON.stringify({ found, isLeaked }))
