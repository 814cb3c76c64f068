/** All vectors, in the order in which they are asked. @module */
import type { Vector } from '../forge/vector.ts'
import { audTwiceLastGenuine } from './advisory/aud_twice_last_genuine.ts'
import { base64Alphabet } from './advisory/base64_alphabet.ts'
import { base64Padding } from './advisory/base64_padding.ts'
import { base64SpareBits } from './advisory/base64_spare_bits.ts'
import { clientOther } from './advisory/client_other.ts'
import { cnfBound } from './advisory/cnf_bound.ts'
import { cnfMissing } from './advisory/cnf_missing.ts'
import { exp9999 } from './advisory/exp_9999.ts'
import { expInfinite } from './advisory/exp_infinite.ts'
import { highS } from './advisory/high_s.ts'
import { iatFuture } from './advisory/iat_future.ts'
import { iatMissing } from './advisory/iat_missing.ts'
import { jtiMissing } from './advisory/jti_missing.ts'
import { mailWithoutSub } from './advisory/mail_without_sub.ts'
import { nonceMissing } from './advisory/nonce_missing.ts'
import { scopeMissing } from './advisory/scope_missing.ts'
import { subMissing } from './advisory/sub_missing.ts'
import { tidOther } from './advisory/tid_other.ts'
import { audClient } from './claims_parties/aud_client.ts'
import { audEmpty } from './claims_parties/aud_empty.ts'
import { audEmptyList } from './claims_parties/aud_empty_list.ts'
import { audLonger } from './claims_parties/aud_longer.ts'
import { audMissing } from './claims_parties/aud_missing.ts'
import { audOther } from './claims_parties/aud_other.ts'
import { audOtherList } from './claims_parties/aud_other_list.ts'
import { audShorter } from './claims_parties/aud_shorter.ts'
import { audTwice } from './claims_parties/aud_twice.ts'
import { audUpperCase } from './claims_parties/aud_upper_case.ts'
import { issConsumer } from './claims_parties/iss_consumer.ts'
import { issConsumerOwnKey } from './claims_parties/iss_consumer_own_key.ts'
import { issDisabledOwnKey } from './claims_parties/iss_disabled_own_key.ts'
import { issEmpty } from './claims_parties/iss_empty.ts'
import { issInside } from './claims_parties/iss_inside.ts'
import { issList } from './claims_parties/iss_list.ts'
import { issLonger } from './claims_parties/iss_longer.ts'
import { issMissing } from './claims_parties/iss_missing.ts'
import { issOther } from './claims_parties/iss_other.ts'
import { issSlash } from './claims_parties/iss_slash.ts'
import { issTenantOwnKey } from './claims_parties/iss_tenant_own_key.ts'
import { issTwice } from './claims_parties/iss_twice.ts'
import { issUpperCase } from './claims_parties/iss_upper_case.ts'
import { claimsList } from './claims_time/claims_list.ts'
import { claimsText } from './claims_time/claims_text.ts'
import { expList } from './claims_time/exp_list.ts'
import { expMissing } from './claims_time/exp_missing.ts'
import { expNull } from './claims_time/exp_null.ts'
import { expPastDay } from './claims_time/exp_past_day.ts'
import { expPastTenMinutes } from './claims_time/exp_past_ten_minutes.ts'
import { expText } from './claims_time/exp_text.ts'
import { expTwice } from './claims_time/exp_twice.ts'
import { nbfFuture } from './claims_time/nbf_future.ts'
import { nbfText } from './claims_time/nbf_text.ts'
import { typJwt } from './claims_time/typ_jwt.ts'
import { typLogout } from './claims_time/typ_logout.ts'
import { typMissing } from './claims_time/typ_missing.ts'
import { algLowerCase } from './form_signature/alg_lower_case.ts'
import { algMissing } from './form_signature/alg_missing.ts'
import { algNone } from './form_signature/alg_none.ts'
import { algNoneMixedCase } from './form_signature/alg_none_mixed_case.ts'
import { algNoneSigned } from './form_signature/alg_none_signed.ts'
import { algNoneUpperCase } from './form_signature/alg_none_upper_case.ts'
import { algOtherHash } from './form_signature/alg_other_hash.ts'
import { algUnknown } from './form_signature/alg_unknown.ts'
import { claimsChanged } from './form_signature/claims_changed.ts'
import { headerChanged } from './form_signature/header_changed.ts'
import { signatureCut } from './form_signature/signature_cut.ts'
import { signatureDer } from './form_signature/signature_der.ts'
import { signatureLonger } from './form_signature/signature_longer.ts'
import { signatureMissing } from './form_signature/signature_missing.ts'
import { signatureOfAnother } from './form_signature/signature_of_another.ts'
import { signatureRandom } from './form_signature/signature_random.ts'
import { signatureZero } from './form_signature/signature_zero.ts'
import { actorUnsigned } from './form_structure/actor_unsigned.ts'
import { b64False } from './form_structure/b64_false.ts'
import { critAbsent } from './form_structure/crit_absent.ts'
import { critEmpty } from './form_structure/crit_empty.ts'
import { critStandardName } from './form_structure/crit_standard_name.ts'
import { critText } from './form_structure/crit_text.ts'
import { critUnknown } from './form_structure/crit_unknown.ts'
import { fourParts } from './form_structure/four_parts.ts'
import { headerNotJson } from './form_structure/header_not_json.ts'
import { headerTwice } from './form_structure/header_twice.ts'
import { jsonForm } from './form_structure/json_form.ts'
import { jweAroundClaims } from './form_structure/jwe_around_claims.ts'
import { jweAroundNone } from './form_structure/jwe_around_none.ts'
import { jweAroundOwn } from './form_structure/jwe_around_own.ts'
import { nestedGenuine } from './form_structure/nested_genuine.ts'
import { twoParts } from './form_structure/two_parts.ts'
import { consumerKeyNoKid } from './key/consumer_key_no_kid.ts'
import { consumerKeyRealKid } from './key/consumer_key_real_kid.ts'
import { embeddedJwk } from './key/embedded_jwk.ts'
import { embeddedJwkRealKid } from './key/embedded_jwk_real_kid.ts'
import { encryptionKey } from './key/encryption_key.ts'
import { jku } from './key/jku.ts'
import { kidAddress } from './key/kid_address.ts'
import { kidOfAnotherKey } from './key/kid_of_another_key.ts'
import { kidPath } from './key/kid_path.ts'
import { kidQuery } from './key/kid_query.ts'
import { ownKeyEmptyKid } from './key/own_key_empty_kid.ts'
import { ownKeyKidList } from './key/own_key_kid_list.ts'
import { ownKeyKidPrototype } from './key/own_key_kid_prototype.ts'
import { ownKeyNoKid } from './key/own_key_no_kid.ts'
import { ownKeyRealKid } from './key/own_key_real_kid.ts'
import { ownKeyUnknownKid } from './key/own_key_unknown_kid.ts'
import { publishedTestKey } from './key/published_test_key.ts'
import { retiredKeyNoKid } from './key/retired_key_no_kid.ts'
import { x5cOwnCertificate } from './key/x5c_own_certificate.ts'
import { x5cRealKid } from './key/x5c_real_kid.ts'
import { x5u } from './key/x5u.ts'
import { hs256CommonSecret } from './key_confusion/hs256_common_secret.ts'
import { hs256EmptySecret } from './key_confusion/hs256_empty_secret.ts'
import { hs256KidSecret } from './key_confusion/hs256_kid_secret.ts'
import { hs256PublicDer } from './key_confusion/hs256_public_der.ts'
import { hs256PublicJwk } from './key_confusion/hs256_public_jwk.ts'
import { hs256PublicPem } from './key_confusion/hs256_public_pem.ts'
import { hs256PublicPemTrimmed } from './key_confusion/hs256_public_pem_trimmed.ts'
import { samlAudienceComment } from './saml/saml_audience_comment.ts'
import { samlAudienceMissing } from './saml/saml_audience_missing.ts'
import { samlAudienceOther } from './saml/saml_audience_other.ts'
import { samlCertificateExpired } from './saml/saml_certificate_expired.ts'
import { samlConfirmationExpired } from './saml/saml_confirmation_expired.ts'
import { samlDestinationOther } from './saml/saml_destination_other.ts'
import { samlExpired } from './saml/saml_expired.ts'
import { samlIssuerOther } from './saml/saml_issuer_other.ts'
import { samlNotYet } from './saml/saml_not_yet.ts'
import { samlOwnCertificate } from './saml/saml_own_certificate.ts'
import { samlOwnKey } from './saml/saml_own_key.ts'
import { samlRecipientOther } from './saml/saml_recipient_other.ts'
import { samlResponseOnly } from './saml/saml_response_only.ts'
import { samlStatusFailure } from './saml/saml_status_failure.ts'
import { samlUnsigned } from './saml/saml_unsigned.ts'
import { samlUserChanged } from './saml/saml_user_changed.ts'
import { samlWrapping1 } from './saml/saml_wrapping_1.ts'
import { samlWrapping2 } from './saml/saml_wrapping_2.ts'
import { samlWrapping3 } from './saml/saml_wrapping_3.ts'
import { samlWrapping4 } from './saml/saml_wrapping_4.ts'
import { samlWrapping5 } from './saml/saml_wrapping_5.ts'
import { samlWrapping6 } from './saml/saml_wrapping_6.ts'
import { samlWrapping7 } from './saml/saml_wrapping_7.ts'
import { samlWrapping8 } from './saml/saml_wrapping_8.ts'
import { consumerKey } from './storm_2023/consumer_key.ts'
import { disabledIssuerKey } from './storm_2023/disabled_issuer_key.ts'
import { keyUnlisted } from './storm_2023/key_unlisted.ts'
import { otherTenantKey } from './storm_2023/other_tenant_key.ts'
import { retiredKeyListed } from './storm_2023/retired_key_listed.ts'

export const VECTORS: readonly Vector[] = [
  consumerKey,
  retiredKeyListed,
  keyUnlisted,
  otherTenantKey,
  disabledIssuerKey,
  ownKeyUnknownKid,
  ownKeyRealKid,
  ownKeyNoKid,
  ownKeyEmptyKid,
  ownKeyKidList,
  ownKeyKidPrototype,
  consumerKeyNoKid,
  consumerKeyRealKid,
  retiredKeyNoKid,
  kidOfAnotherKey,
  encryptionKey,
  publishedTestKey,
  embeddedJwk,
  embeddedJwkRealKid,
  jku,
  x5u,
  kidAddress,
  x5cOwnCertificate,
  x5cRealKid,
  kidPath,
  kidQuery,
  hs256PublicPem,
  hs256PublicPemTrimmed,
  hs256PublicDer,
  hs256PublicJwk,
  hs256EmptySecret,
  hs256CommonSecret,
  hs256KidSecret,
  issOther,
  issMissing,
  issEmpty,
  issLonger,
  issInside,
  issSlash,
  issUpperCase,
  issList,
  issConsumer,
  issConsumerOwnKey,
  issDisabledOwnKey,
  issTenantOwnKey,
  issTwice,
  audOther,
  audMissing,
  audEmpty,
  audEmptyList,
  audOtherList,
  audLonger,
  audShorter,
  audUpperCase,
  audClient,
  audTwice,
  expMissing,
  expPastTenMinutes,
  expPastDay,
  expText,
  expNull,
  expList,
  expTwice,
  nbfFuture,
  nbfText,
  typMissing,
  typJwt,
  typLogout,
  claimsList,
  claimsText,
  algNone,
  algNoneMixedCase,
  algNoneUpperCase,
  algNoneSigned,
  algMissing,
  algUnknown,
  algLowerCase,
  algOtherHash,
  signatureMissing,
  signatureZero,
  signatureRandom,
  signatureOfAnother,
  signatureCut,
  signatureLonger,
  signatureDer,
  claimsChanged,
  headerChanged,
  jweAroundNone,
  jweAroundClaims,
  jweAroundOwn,
  actorUnsigned,
  nestedGenuine,
  b64False,
  critUnknown,
  critEmpty,
  critText,
  critStandardName,
  critAbsent,
  twoParts,
  fourParts,
  jsonForm,
  headerTwice,
  headerNotJson,
  exp9999,
  expInfinite,
  iatFuture,
  iatMissing,
  subMissing,
  jtiMissing,
  clientOther,
  scopeMissing,
  tidOther,
  mailWithoutSub,
  cnfBound,
  cnfMissing,
  nonceMissing,
  audTwiceLastGenuine,
  highS,
  base64Padding,
  base64SpareBits,
  base64Alphabet,
  samlUnsigned,
  samlOwnKey,
  samlOwnCertificate,
  samlUserChanged,
  samlResponseOnly,
  samlWrapping1,
  samlWrapping2,
  samlWrapping3,
  samlWrapping4,
  samlWrapping5,
  samlWrapping6,
  samlWrapping7,
  samlWrapping8,
  samlAudienceOther,
  samlAudienceMissing,
  samlAudienceComment,
  samlIssuerOther,
  samlDestinationOther,
  samlRecipientOther,
  samlExpired,
  samlNotYet,
  samlConfirmationExpired,
  samlStatusFailure,
  samlCertificateExpired,
]
