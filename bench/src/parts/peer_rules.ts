/** What one would look for with yara: heads of DER and CNG keys, and the words of PEM. */
export const RULES: string = `
rule pkcs8_rsa { strings: $a = { 30 82 ?? ?? 02 01 00 30 0D 06 09 2A 86 48 86 F7 0D 01 01 01 05 00 04 82 ?? ?? 30 82 ?? ?? 02 01 00 02 82 } condition: $a }
rule pkcs1_rsa { strings: $a = { 30 82 ?? ?? 02 01 00 02 82 ?? ?? 00 } condition: $a }
rule pem { strings: $a = "PRIVATE KEY-----" ascii wide condition: $a }
rule cng_rsa { strings: $a = { 52 53 41 (32 | 33) 00 (04 | 08 | 0C | 10) 00 00 03 00 00 00 } condition: $a }
rule capi_rsa { strings: $a = { 07 02 00 00 00 (A4 | 24) 00 00 52 53 41 32 } condition: $a }
rule openssh { strings: $a = "openssh-key-v1\\x00" condition: $a }
`
