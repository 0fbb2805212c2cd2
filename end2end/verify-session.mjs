// Verifies a session token of this app as another service would: by its published keys alone.
//
//     node verify-session.mjs <origin> <token>
//
// Prints the claims, or why the token does not hold, and then ends with 1.
import { createRemoteJWKSet, jwtVerify } from "jose";

const [origin, token] = process.argv.slice(2);
if (origin === undefined || token === undefined) {
  console.error("usage: node verify-session.mjs <origin> <token>");
  process.exit(2);
}

// The keys are found by the origin that the caller trusts, never by anything that the token says.
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", origin));

try {
  const { payload } = await jwtVerify(token, keys, {
    // Named, so that a token cannot choose: neither `none` nor a public key used as a secret.
    algorithms: ["EdDSA"],
    // So that no other kind of token from the same keys passes for a session.
    typ: "stagedoor+jwt",
    issuer: origin,
    audience: origin,
    // `exp` is checked wherever it stands; here it must.
    requiredClaims: ["sub", "sid", "iat", "exp"],
  });
  console.log(JSON.stringify(payload, null, 2));
} catch (error) {
  console.error(`refused: ${error.code ?? error.name}: ${error.message}`);
  process.exitCode = 1;
}
