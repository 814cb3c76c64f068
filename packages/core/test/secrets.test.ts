import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withoutSecrets } from '../src/secrets.ts'

const TOKEN = `eyJhbGciOiJub25lIn0.${'a'.repeat(20)}.${'b'.repeat(10)}`
describe('secrets in the text of a log', () => {
  const places: readonly ((secret: string) => string)[] = [
    (secret) => `{"password":"${secret}"}`,
    (secret) => `"x","{""access_token"":""${secret}"",""UniqueTokenId"":""kept""}"`,
    (secret) => JSON.stringify({ detail: JSON.stringify({ client_secret: secret }) }),
    (secret) => `GET /x?sig=${secret}&id=kept`,
    (secret) => `https://a.example/x.docx?guestaccesstoken=${secret}&id=1`,
    (secret) => `https://a.example/x.docx?tempauth=v1.${secret}`,
    (secret) => `Authorization: Bearer ${secret}`,
  ]

  it('are replaced wherever a name or a format identifies them', () => {
    for (const place of places)
      assert.ok(!withoutSecrets(place('s3cretS3cret')).includes('s3cret'), place('…'))
    assert.equal(withoutSecrets(`{"x":"${TOKEN}"}`), '{"x":"[secret]"}')
    assert.equal(withoutSecrets(`a.bbbbbbbb.session-${TOKEN}`), 'a.bbbbbbbb.[secret]')
  })

  it('are looked for in time that grows with the text alone', { timeout: 20_000 }, () => {
    for (const part of ['eyJ-', 'eyJaaaaaaaa-', 'bearer ', 'password"', '-----BEGIN ', '\\"'])
      assert.ok(withoutSecrets(part.repeat(100_000)) !== '')
  })

  it('are not the ids of tokens and sessions', () => {
    const text = '{"UniqueTokenId":"kdk6Hnha10uxJecUDHboEw","AADSessionId":"d6c25bae-5f6b"}'
    assert.equal(withoutSecrets(text), text)
  })
})
