import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { promisify } from "node:util";

import { decodeProtectedHeader, SignJWT } from "jose";

import {
  cookiesOf,
  expect,
  open,
  sessionOf,
  signOut,
  test,
  type App,
  type Page,
} from "../fixtures/index.ts";

const HOUR = 60 * 60;
const PROGRAM = resolve(import.meta.dirname, "../verify-session.mjs");

interface Verdict {
  holds: boolean;
  claims: Record<string, unknown>;
  said: string;
}

/** What the program of another service makes of a token. */
async function verify(origin: string, token: string): Promise<Verdict> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, origin, token]);
    return { holds: true, claims: JSON.parse(stdout) as Record<string, unknown>, said: "" };
  } catch (error) {
    const { stderr } = error as { stderr: string };
    return { holds: false, claims: {}, said: stderr };
  }
}

async function sessionToken(page: Page, app: App): Promise<string> {
  return (await cookiesOf(page, app)).get("__Host-Http-session") ?? "";
}

test("another service verifies a session by the published keys alone", async ({
  page,
  app,
  signIn,
}) => {
  await signIn(page, "ada", { with: "Google" });
  const token = await sessionToken(page, app);
  const { account } = await sessionOf(page);
  const verdict = await verify(app.origin, token);
  expect(verdict.said).toBe("");
  expect(verdict.claims).toMatchObject({
    iss: app.origin,
    aud: app.origin,
    sub: account?.id,
    sid: expect.any(String),
    roles: [],
  });
  const { iat, exp } = verdict.claims as { iat: number; exp: number };
  expect(exp - iat).toBe(600);
  expect(decodeProtectedHeader(token)).toEqual({
    typ: "stagedoor+jwt",
    alg: "EdDSA",
    kid: expect.any(String),
  });
  // Nothing of the person but the id, and nothing of a provider.
  expect(Object.keys(verdict.claims).sort()).toEqual([
    "aud",
    "exp",
    "iat",
    "iss",
    "roles",
    "sid",
    "sub",
  ]);
});

test("the roles of an admin are in the token", async ({ page, sandbox, startApp, signIn }) => {
  const { sub } = await sandbox.addGoogleAccount({ login: "boss", name: "The Boss" });
  const app = await startApp({ STAGEDOOR_ADMINS: `google:${sub}` });
  await signIn(page, "boss", { with: "Google", from: `${app.origin}/` });
  const verdict = await verify(app.origin, await sessionToken(page, app));
  expect(verdict.claims).toMatchObject({ roles: ["admin"] });
});

test("the published keys are public halves alone", async ({ page, app }) => {
  const answer = await page.request.get(`${app.origin}/.well-known/jwks.json`);
  expect(answer.status()).toBe(200);
  const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    expect(key).toMatchObject({ kty: "OKP", crv: "Ed25519" });
    expect(key).not.toHaveProperty("d");
  }
});

test("a token that has expired is refused", async ({ page, app, signIn }) => {
  await app.setClock(-HOUR);
  await signIn(page);
  const verdict = await verify(app.origin, await sessionToken(page, app));
  expect(verdict).toMatchObject({ holds: false });
  expect(verdict.said).toContain("ERR_JWT_EXPIRED");
});

test("a token that was altered is refused, whatever was altered", async ({ page, app, signIn }) => {
  await signIn(page);
  const token = await sessionToken(page, app);
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const bytes = Buffer.from(signature, "base64url");
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  const flipped = bytes.toString("base64url");
  const protectedHeader = decodeProtectedHeader(token);
  for (const [what, altered] of [
    ["a role", `${header}.${encode({ ...claims, roles: ["admin"] })}.${signature}`],
    ["the account", `${header}.${encode({ ...claims, sub: "somebody" })}.${signature}`],
    ["the signature", `${header}.${payload}.${flipped}`],
    ["no signature", `${header}.${payload}.`],
    ["alg none", `${encode({ ...protectedHeader, alg: "none" })}.${payload}.`],
    ["the typ", `${encode({ ...protectedHeader, typ: "JWT" })}.${payload}.${signature}`],
    ["the kid", `${encode({ ...protectedHeader, kid: "other" })}.${payload}.${signature}`],
  ] as const) {
    expect(await verify(app.origin, altered), what).toMatchObject({ holds: false });
  }
});

test("a token of somebody else's key is refused", async ({ page, app, signIn }) => {
  await signIn(page);
  const token = await sessionToken(page, app);
  const { kid = "" } = decodeProtectedHeader(token);
  const { claims } = await verify(app.origin, token);
  const { privateKey } = generateKeyPairSync("ed25519");
  const forged = await new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA", typ: "stagedoor+jwt", kid })
    .sign(privateKey);
  const verdict = await verify(app.origin, forged);
  expect(verdict).toMatchObject({ holds: false });
  expect(verdict.said).toContain("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
});

test("a token for another audience is refused, though the key is the same", async ({
  page,
  signIn,
  startApp,
}) => {
  // Two installations that share their keys, as two nodes or a copy by mistake would.
  const keys = `shared:${randomBytes(32).toString("base64")}`;
  const [here, there] = [
    await startApp({ STAGEDOOR_KEYS: keys }),
    await startApp({ STAGEDOOR_KEYS: keys }),
  ];
  await signIn(page, "ada", { from: `${here.origin}/` });
  const token = await sessionToken(page, here);
  expect(await verify(here.origin, token)).toMatchObject({ holds: true });
  const verdict = await verify(there.origin, token);
  expect(verdict).toMatchObject({ holds: false });
  expect(verdict.said).toContain("ERR_JWT_CLAIM_VALIDATION_FAILED");
});

test("a sign-out takes the cookie; the token itself runs out within ten minutes", async ({
  page,
  app,
  signIn,
}) => {
  await signIn(page);
  const token = await sessionToken(page, app);
  await signOut(page);
  expect((await cookiesOf(page, app)).size).toBe(0);
  // Offline is offline: who wants to know at once asks the app.
  const { claims } = await verify(app.origin, token);
  expect((claims["exp"] as number) - Date.now() / 1000).toBeLessThanOrEqual(600);
  await open(page, "/");
  expect((await sessionOf(page)).signed_in).toBe(false);
});
