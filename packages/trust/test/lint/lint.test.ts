/** `trust lint`: each rule on its own examples, and hostile files. */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { isLintFound, isLintWhole, type LintReport, lint, readRules } from '../../src/lint/index.ts'
import { scratch } from '../made_keys.ts'
import { exampleIds, exampleOf } from './lint_examples.ts'

const rules = readRules()
const EXTENSIONS = {
  js: 'ts',
  python: 'py',
  go: 'go',
  java: 'java',
  csharp: 'cs',
  yaml: 'yaml',
  json: 'json',
  hcl: 'tf',
  nginx: 'conf',
  properties: 'properties',
}

async function linted(
  files: Readonly<Record<string, string | Buffer>>,
  isWithAll = false,
): Promise<LintReport> {
  const folder = scratch('lint')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return await lint(folder, { rules, allow: [], nowMs: 0, isWithAll })
}

const NEEDED = 'id level languages library title source fix'.split(' ')
const MEMBERS = new Set([
  ...NEEDED,
  ...'without file from call unclear value reached at document setting args unseen'.split(' '),
  ...'has unless lacks options'.split(' '),
])

const idsOf = ({ findings }: LintReport) => findings.map(({ rule }) => rule)

describe('rules', () => {
  it('are at least 40, each of its own name', () => {
    assert.ok(rules.length >= 40)
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length)
  })

  it('have one example each, and no example is of anything else', () => {
    assert.deepEqual(exampleIds.toSorted(), rules.map(({ id }) => id).toSorted())
  })

  it('have known members alone, and all that each needs', () => {
    for (const rule of rules) {
      const names = new Set(Object.keys(rule))
      assert.deepEqual(
        [...names].filter((name) => !MEMBERS.has(name)),
        [],
        rule.id,
      )
      assert.deepEqual(
        NEEDED.filter((name) => !names.has(name)),
        [],
        rule.id,
      )
    }
  })

  for (const { id, languages } of rules)
    it(`${id} finds its bad example, and not its good one`, async () => {
      const { name, bad, good } = exampleOf(id)
      const example = name ?? `example.${EXTENSIONS[languages[0] ?? 'js']}`
      const found = await linted({ [example]: bad })
      assert.deepEqual(found.unread, [])
      assert.ok(idsOf(found).includes(id), `not found: ${idsOf(found).join(', ')}`)
      const fine = await linted({ [example]: good })
      assert.deepEqual(fine.unread, [])
      assert.ok(!idsOf(fine).includes(id), 'found in the good example')
    })
})

/** What a rule must not accuse: found in code of others, where the finding was wrong. */
const SPARED: Readonly<Record<string, readonly [file: string, source: string]>> = {
  'own tokens of Go, whose private key is in the same file': [
    'own.go',
    'package a // golang-jwt/jwt\nfunc f() { jwt.Parse(raw, func(t *jwt.Token) (any, error) { if t.Method != m { return nil, e }; return &key.PublicKey, nil }) }\nfunc g(key *rsa.PrivateKey) { token.SignedString(key) }',
  ],
  'own tokens of Spring, made in the same file': [
    'Own.java',
    'class A { JwtDecoder d() { return NimbusJwtDecoder.withPublicKey(own).build(); } JwtEncoder e() { return new NimbusJwtEncoder(source); } }',
  ],
  'a secret of a .NET service': [
    'own.cs',
    'builder.AddJwtBearer(o => { o.RequireHttpsMetadata = false; o.TokenValidationParameters = new TokenValidationParameters { IssuerSigningKey = new SymmetricSecurityKey(bytes), ValidateIssuer = false, ValidateAudience = false }; });',
  ],
  'an authority on this machine': [
    'local.cs',
    'builder.AddJwtBearer(o => { o.Authority = "http://localhost:5000"; o.RequireHttpsMetadata = false; });',
  ],
  'a token that is read first and verified later': [
    'later.py',
    'import jwt\nrealm = jwt.decode(token, algorithms=["RS256"], verify=False)["iss"]\njwt.decode(token, key_of(realm), algorithms=["RS256"], audience="api", issuer=realm, verify=True)',
  ],
  'an algorithm that is compared by hand': [
    'header.js',
    "import jwt from 'jsonwebtoken'\nif (decoded.header.alg !== 'RS256') throw new Error()\njwt.verify(token, publicKey, { issuer, audience })",
  ],
  'own tokens of jsonwebtoken, made in the same file': [
    'own.js',
    "const jwt = require('jsonwebtoken')\njwt.sign(claims, key, { algorithm })\njwt.verify(token, publicKey, { algorithms: ['RS256'] })",
  ],
  'own tokens of jose, made in the same file': [
    'own.ts',
    "import { SignJWT, jwtVerify } from 'jose'\nawait new SignJWT(claims).sign(key)\nawait jwtVerify(token, publicKey)",
  ],
  'own tokens of fast-jwt, made in the same file': [
    'fast.js',
    "import { createSigner, createVerifier } from 'fast-jwt'\ncreateSigner({ key })\ncreateVerifier({ key: publicKey, algorithms: ['ES256'] })",
  ],
  'own tokens of PyJWT, made in the same file': [
    'own.py',
    'import jwt\njwt.encode(claims, key)\njwt.decode(token, public_key, algorithms=["RS256"])',
  ],
  'own tokens of JJWT, made in the same file': [
    'Jjwt.java',
    'class A { void f() { Jwts.builder().signWith(key).compact(); Jwts.parser().verifyWith(publicKey).build().parseSignedClaims(token); } }  // io.jsonwebtoken',
  ],
  'own tokens of java-jwt, made in the same file': [
    'Auth0.java',
    'import com.auth0.jwt.JWT; class A { void f() { JWT.create().sign(own); JWT.require(Algorithm.RSA256(publicKey, key)).build().verify(token); } }',
  ],
  'own tokens of .NET, made in the same file': [
    'signer.cs',
    'var t = new JwtSecurityToken(signingCredentials: new SigningCredentials(key, "RS256")); var p = new TokenValidationParameters { IssuerSigningKey = key, ValidateIssuer = false, ValidateAudience = false };',
  ],
  'validators of .NET that decide something': [
    'validators.cs',
    'var p = new TokenValidationParameters { AudienceValidator = (a, t, q) => { if (isBad(a)) return false; return true; }, IssuerValidator = (issuer, t, q) => { Check(issuer); return issuer; }, SignatureValidator = Check };',
  ],
  'request objects without a signature': [
    'request.js',
    "import { UnsecuredJWT } from 'jose'\nif (client.request_object_signing_alg === 'none') UnsecuredJWT.decode(jar)",
  ],
  'a secret of passport-jwt': [
    'passport.js',
    "import { Strategy } from 'passport-jwt'\nnew Strategy({ jwtFromRequest, secretOrKey: options.secret, issuer, audience }, done)",
  ],
}

/** Blocks that inherit the check, and blocks of which each part makes it. */
const INHERITED =
  'server { auth_jwt_require $ours; location /a { auth_jwt api; } }\nserver { auth_jwt api; location /b { auth_jwt_require $ours; } location /c { auth_jwt off; } }'

describe('lint of what it must not accuse:', () => {
  for (const [what, [file, source]] of Object.entries(SPARED))
    it(what, async () => {
      const { findings, unread } = await linted({ [file]: source })
      assert.deepEqual(unread, [])
      assert.deepEqual(
        findings.filter(({ level }) => level !== 'note').map(({ rule }) => rule),
        [],
      )
    })

  it('blocks of nginx that inherit a check', async () => {
    assert.deepEqual(idsOf(await linted({ 'site.conf': INHERITED })), [])
    const other = `${INHERITED}\nserver { location /d { auth_jwt api; } }`
    assert.deepEqual(idsOf(await linted({ 'site.conf': other })), ['nginx-block-no-require'])
  })

  it('keys of others that are looked up, beside a signer: that is accused', async () => {
    const source =
      "const jwt = require('jsonwebtoken')\njwt.sign(claims, key)\njwt.verify(token, getKey, { algorithms: ['RS256'] }, done)"
    assert.deepEqual(idsOf(await linted({ 'a.js': source })), [
      'jsonwebtoken-no-issuer',
      'jsonwebtoken-no-audience',
    ])
  })

  it('a secret beside keys of others: that is accused', async () => {
    const report = await linted({
      'a.cs':
        'builder.AddJwtBearer(o => { o.Authority = authority; o.RequireHttpsMetadata = false; o.TokenValidationParameters = new TokenValidationParameters { IssuerSigningKey = new SymmetricSecurityKey(bytes), ValidateIssuer = false }; });',
    })
    assert.deepEqual(new Set(idsOf(report)), new Set(['dotnet-http-metadata', 'dotnet-issuer-off']))
  })
})

/** What a rule must find, however it is written. */
const FOUND: Readonly<Record<string, readonly [file: string, source: string, ...ids: string[]]>> = {
  'properties of Windows': [
    'application.properties',
    'spring.security.oauth2.resourceserver.jwt.jwk-set-uri=https://id.example.org/keys\r\nspring.security.oauth2.resourceserver.jwt.audiences[0]=api\r\n',
    'spring-no-issuer',
  ],
  'keys of YAML with dots': [
    'application.yml',
    'spring.security:\n  oauth2.resourceserver.jwt.jwk-set-uri: https://id.example.org/keys\n  other: x\nspring.security.oauth2.resourceserver.jwt.audiences: api\n',
    'spring-no-issuer',
  ],
  'a profile of Spring': [
    'application-prod.yml',
    "spring: { security: { oauth2: { resourceserver: { jwt: { issuer-uri: 'http://id.example.org' } } } } }",
    'spring-http-keys',
  ],
  'two issuers of Kubernetes whose names are expressions': [
    'auth.yaml',
    'kind: AuthenticationConfiguration\njwt:\n- claimMappings: { username: { expression: claims.sub } }\n- claimMappings: { username: { expression: \'"b:" + claims.sub\' } }',
    'kubernetes-shared-names',
  ],
  'a provider of Envoy Gateway': [
    'policy.yaml',
    'kind: SecurityPolicy\nspec: { jwt: { providers: [{ name: a, remoteJWKS: { uri: "http://id.example.org/keys" } }] } }',
    'envoy-no-issuer',
    'envoy-no-audience',
    'envoy-http-keys',
  ],
  'validators of .NET that are blocks and delegates': [
    'blocks.cs',
    'var p = new TokenValidationParameters { SignatureValidator = delegate(string token, TokenValidationParameters q) { return new JwtSecurityToken(token); }, IssuerValidator = (string issuer, SecurityToken t, TokenValidationParameters q) => { return issuer; }, AudienceValidator = delegate { return true; }, LifetimeValidator = (a, b, c, d) => { return true; } };',
    'dotnet-own-signature-check',
    'dotnet-any-issuer',
    'dotnet-any-audience',
    'dotnet-any-audience',
  ],
  'a setting of go-oidc that is assigned': [
    'assigned.go',
    'package a\nimport "github.com/coreos/go-oidc/v3/oidc"\nfunc f(c *oidc.Config) { c.SkipIssuerCheck = true }',
    'go-oidc-issuer-off',
  ],
  'a reactive decoder of Spring': [
    'Reactive.java',
    'class A { ReactiveJwtDecoder d() { return NimbusReactiveJwtDecoder.withJwkSetUri(uri).build(); } }',
    'spring-decoder-no-issuer',
  ],
  'an algorithm of java-jwt in a variable': [
    'Variable.java',
    'import com.auth0.jwt.JWT; class A { void f() { Algorithm one = Algorithm.RSA256(key, null); JWT.require(one).withAudience("api").build(); } }',
    'java-jwt-no-issuer',
  ],
}

describe('lint finds', () => {
  for (const [what, [file, source, ...ids]] of Object.entries(FOUND))
    it(what, async () => {
      const { findings, unread } = await linted({ [file]: source })
      assert.deepEqual(unread, [])
      assert.deepEqual(
        findings.filter(({ level }) => level !== 'note').map(({ rule }) => rule),
        ids,
      )
    })
})

const JOSE = "import { jwtVerify } from 'jose'\n"

describe('lint of minified code', () => {
  it('reads what minifiers write for true, false and undefined', async () => {
    const code = `import{jwtVerify}from'jose';import j from'jsonwebtoken';
jwtVerify(t,k,{issuer:void 0,audience:'a',algorithms:['RS256'],maxTokenAge:1});
j.verify(t,k,{ignoreExpiration:!0,issuer:'i',audience:'a',algorithms:['RS256']});
j.verify(t,k,{ignoreExpiration:!1,issuer:'i',audience:'a',algorithms:['RS256']});`
    assert.deepEqual(
      (await linted({ 'a.js': code })).findings.map(({ rule, line }) => [rule, line]),
      [
        ['jose-no-issuer', 2],
        ['jsonwebtoken-ignore-expiration', 3],
      ],
    )
  })
})

describe('lint', () => {
  it('accuses where options are in view, and says where they are not', async () => {
    const report = await linted({
      'a.ts': `${JOSE}await jwtVerify(token, keys, options)\nawait jwtVerify(token, keys, { ...rest })`,
      'b.ts': `${JOSE}await jwtVerify(token, keys, { issuer: undefined, audience, algorithms, maxTokenAge })`,
      'c.go':
        'package a // golang-jwt/jwt\nfunc f() { jwt.Parse(t, func(t *jwt.Token) (any, error) { return key, nil }, more...) }',
      'd.py': 'import jwt\njwt.decode(token, key, algorithms=["RS256"], options=options)',
      'f.js':
        "import jwt from 'jsonwebtoken'\njwt.verify(token, secret, options)\njwt.verify(token, secret, { ...o, algorithms, ignoreExpiration })",
      'e.ts': `${JOSE}await jwtVerify(token, secret, {})\nawait jwtVerify(token, keys, { typ: 'dpop+jwt' })`,
    })
    assert.deepEqual(
      report.findings.map(({ rule, file, line }) => [rule, file, line]),
      [
        ['cannot-tell', 'a.ts', 2],
        ['cannot-tell', 'a.ts', 3],
        ['jose-no-issuer', 'b.ts', 2],
        ['cannot-tell', 'c.go', 2],
        ['cannot-tell', 'd.py', 2],
        ['cannot-tell', 'f.js', 2],
      ],
    )
    assert.ok(report.findings[0]?.undecided.includes('jose-no-issuer'))
    const notes = await linted({ 'a.ts': `${JOSE}await jwtVerify(token, keys, options)` })
    assert.deepEqual([isLintFound(notes), isLintWhole(notes)], [false, true])
  })

  it('skips code of others and tests, counts them, and examines them where it is asked to', async () => {
    const bad = `${JOSE}await jwtVerify(token, keys)`
    const files = {
      'node_modules/x/a.js': bad,
      'test/a.ts': bad,
      'src/a.test.ts': bad,
      'a.md': bad,
    }
    const report = await linted(files)
    assert.deepEqual([report.findings, report.files, report.others], [[], 0, 1])
    assert.deepEqual(Object.fromEntries(report.skipped), {
      node_modules: 1,
      test: 1,
      'test files': 1,
    })
    assert.equal((await linted(files, true)).files, 3)
  })

  it('counts symbolic links, which it does not follow', async () => {
    const folder = scratch('links')
    symlinkSync('/nowhere', path.join(folder, 'a.ts'))
    const { files, skipped } = await lint(folder, { rules, allow: [], nowMs: 0, isWithAll: true })
    assert.deepEqual([files, ...skipped], [0, ['symbolic links', 1]])
  })

  it('examines a folder that is laid out as a record of keys', async () => {
    const bad = `${JOSE}await jwtVerify(token, keys)`
    const { files } = await linted({ observations: '', checkpoint: '', 'src/a.ts': bad })
    assert.equal(files, 1)
  })
})

const placesIn = async (source: string) =>
  (await linted({ 'a.ts': source })).findings.map(({ identity }) => identity)

describe('lint of configuration, and places', () => {
  it('takes names of configuration in each spelling, and follows aliases', async () => {
    const { findings } = await linted({
      'application.properties':
        'spring.security.oauth2.resourceserver.jwt.jwkSetUri = https://id.example.org/keys',
      'istio.yaml':
        'base: &base { issuer: x }\nkind: RequestAuthentication\nspec:\n  jwtRules:\n  - <<: *base\n  - *base\n',
      'appsettings.json': '{ // a comment\n "AzureAd": {\n  "validateIssuer": false, } }',
    })
    assert.deepEqual(
      findings.map(({ rule, line }) => `${rule}:${line}`),
      [
        'spring-no-issuer:1',
        'spring-no-audience:1',
        'dotnet-issuer-off:3',
        'istio-no-policy:4',
        'istio-no-audience:5',
        'istio-no-audience:6',
      ],
    )
  })

  it('gives a finding the same place on another line, and each of two its own', async () => {
    const call = 'await jwtVerify(token, keys, { audience, algorithms, maxTokenAge })\n'
    const first = await placesIn(`${JOSE}${call}${call}`)
    assert.deepEqual(await placesIn(`${JOSE}\n\n${call}\n${call}`), first)
    assert.equal(new Set(first).size, 2)
  })
})

const LINKS = Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)

/** Each of them names a library, so that no file is passed over. */
const HOSTILE: Readonly<Record<string, string | Buffer>> = {
  'large.ts': `${JOSE}${'x'.repeat(10 << 20)}`,
  'deep.ts': `${JOSE}${'['.repeat(500_000)}`,
  'binary.ts': Buffer.concat([Buffer.from(JOSE), Buffer.alloc(1000)]),
  'broken.ts': `${JOSE}const = = (\n`,
  'deep.yaml': `kind: RequestAuthentication\na: ${'['.repeat(100_000)}`,
  'nested.yaml': `kind: RequestAuthentication\n${Array.from({ length: 200 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')}`,
  'bomb.yaml': `kind: RequestAuthentication\na0: &a0 [x, x]\n${LINKS.join('\n')}\n`,
  'circle.yaml': 'kind: RequestAuthentication\na: &a { b: *a }\n',
  'template.yaml': 'kind: RequestAuthentication\n{{- if .Values.x }}\n',
  'broken.tf': 'resource "vault_jwt_auth_backend" "a" {',
  'broken.conf': 'location / { auth_jwt a;',
}

describe('hostile files', () => {
  for (const [name, content] of Object.entries(HOSTILE))
    it(`${name} is counted as not examined`, async () => {
      const report = await linted({ [name]: content })
      assert.deepEqual(
        report.unread.map(({ file }) => file),
        [name],
      )
      assert.equal(isLintWhole(report), false)
    })
})
