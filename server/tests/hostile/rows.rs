//! The table: every row there is, and the test that stands for it.

/// One row of the table.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    /// The test, as the harness names it.
    pub(crate) test: &'static str,
    pub(crate) what: &'static str,
    pub(crate) expected: &'static str,
}

const fn row(
    id: &'static str,
    test: &'static str,
    what: &'static str,
    expected: &'static str,
) -> Row {
    Row {
        id,
        test,
        what,
        expected,
    }
}

/// Every row.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row("occt", "conformance::an_honest_sign_in_is_accepted", "an honest provider", "session and account; metadata, keys, token and userinfo asked once each"),
    row("occt-invalid-iss", "conformance::an_issuer_with_something_after_it_is_refused", "`iss` + 1 in the ID token", "401, no session, no userinfo"),
    row("occt-missing-sub", "conformance::a_missing_subject_is_refused", "no `sub`", "401, no session, no userinfo"),
    row("occt-invalid-aud", "conformance::an_audience_with_something_after_it_is_refused", "`aud` + 1", "401, no session, no userinfo"),
    row("occt-missing-iat", "conformance::a_missing_time_of_issue_is_refused", "no `iat`", "401, no session, no userinfo"),
    row("occt-kid-absent-single-jwks", "conformance::a_token_without_kid_is_accepted_where_one_key_fits", "no `kid`, one key fits", "accepted"),
    row("occt-kid-absent-multiple-jwks", "conformance::a_token_without_kid_is_refused_where_several_keys_fit", "no `kid`, three RSA, P-256, secp256k1 and Ed25519 keys each", "401, no session, no userinfo"),
    row("occt-idtoken-sig-rs256", "conformance::an_rs256_signature_is_accepted", "RS256", "accepted"),
    row("occt-idtoken-sig-none", "conformance::an_unsigned_token_is_refused", "`alg` none by the code flow", "401, no session, no userinfo"),
    row("occt-invalid-sig-rs256", "conformance::a_broken_signature_is_refused", "every byte of the signature changed", "401, no session, no userinfo"),
    row("occt-userinfo-invalid-sub", "conformance::userinfo_of_another_subject_is_refused", "userinfo of another subject", "401 `userinfo_mismatch`, no session"),
    row("occt-nonce-invalid", "conformance::a_nonce_with_something_after_it_is_refused", "`nonce` + 1", "401, no session, no userinfo"),
    row("occt-scope-userinfo-claims", "conformance::profile_and_email_are_asked_for_and_taken_from_userinfo", "claims by scope", "`openid email profile` asked for, name and address taken from userinfo"),
    row("occt-client-secret-basic", "conformance::id_and_secret_are_form_encoded_before_they_are_sent", "Basic with an id and a secret of odd characters", "accepted; post where only that is listed; never both"),
    row("occt-discovery-openid-config", "conformance::metadata_is_fetched_and_used", "metadata", "fetched once and used"),
    row("occt-discovery-jwks-uri-keys", "conformance::the_address_of_the_keys_is_taken_from_the_metadata", "another `jwks_uri` at each start", "taken from the metadata"),
    row("occt-discovery-issuer-mismatch", "conformance::metadata_of_another_issuer_is_refused_before_anybody_is_sent_there", "`issuer` + INVALID in the metadata", "502 before the authorization request"),
    row("occt-signing-key-rotation-just-before-signing", "conformance::keys_that_changed_just_before_signing_are_fetched_again", "new keys right before signing", "one more look at the keys, accepted"),
    row("occt-signing-key-rotation", "conformance::keys_that_changed_between_two_sign_ins_are_fetched_again", "new keys between two sign-ins", "one more look at the keys, accepted"),
    row("fapi2-discovery-issuer-mismatch", "conformance::fapi2_metadata_of_another_issuer_is_refused", "another issuer in the metadata", "502 before the authorization request"),
    row("fapi2-invalid-iss", "conformance::fapi2_another_issuer_is_refused", "another `iss`", "401, no session, no userinfo"),
    row("fapi2-invalid-aud", "conformance::fapi2_another_audience_is_refused", "another `aud`", "401, no session, no userinfo"),
    row("fapi2-invalid-secondary-aud", "conformance::fapi2_a_second_audience_is_refused", "a second audience, no `azp`", "401, no session, no userinfo"),
    row("fapi2-invalid-null-alg", "conformance::fapi2_alg_none_with_a_signature_is_refused", "`alg` none with a signature", "401, no session, no userinfo"),
    row("fapi2-invalid-alternate-alg", "conformance::fapi2_a_good_signature_of_another_algorithm_is_refused", "a good signature of another algorithm", "401, no session, no userinfo"),
    row("fapi2-invalid-expired-exp", "conformance::fapi2_a_token_that_ended_six_minutes_ago_is_refused", "`exp` six minutes ago", "401, no session, no userinfo"),
    row("fapi2-invalid-missing-exp", "conformance::fapi2_a_token_without_an_end_is_refused", "no `exp`", "401, no session, no userinfo"),
    row("fapi2-invalid-missing-aud", "conformance::fapi2_a_missing_audience_is_refused", "no `aud`", "401, no session, no userinfo"),
    row("fapi2-invalid-missing-iss", "conformance::fapi2_a_missing_issuer_is_refused", "no `iss`", "401, no session, no userinfo"),
    row("fapi2-valid-aud-as-array", "conformance::fapi2_an_audience_in_a_list_is_accepted", "`aud` as a list of us alone", "accepted"),
    row("fapi2-invalid-nonce", "conformance::fapi2_another_nonce_is_refused", "another `nonce`", "401, no session, no userinfo"),
    row("fapi2-invalid-missing-nonce", "conformance::fapi2_a_missing_nonce_is_refused", "no `nonce`", "401, no session, no userinfo"),
    row("fapi2-invalid-authorization-response-iss", "conformance::fapi2_an_answer_of_another_issuer_is_refused", "another `iss` in the authorization response", "400 `issuer_mismatch`, no request at all"),
    row("fapi2-remove-authorization-response-iss", "conformance::fapi2_an_answer_without_the_promised_issuer_is_refused", "the promised `iss` is missing", "400 `issuer_mismatch`, no request at all"),
    row("fapi2-ensure-authorization-response-with-invalid-state-fails", "conformance::fapi2_an_answer_with_another_state_is_refused", "another `state`", "400, no request at all"),
    row("fapi2-ensure-authorization-response-with-invalid-missing-state-fails", "conformance::fapi2_an_answer_without_state_is_refused", "no `state`", "400, no request at all"),
    row("fapi2-token-endpoint-response-without-expires_in", "conformance::fapi2_a_token_answer_without_a_lifetime_is_accepted", "no `expires_in`", "accepted"),
    row("fapi2-token-type-case-insensitivity", "conformance::fapi2_a_token_type_in_other_letters_is_accepted", "`bEARER`", "accepted"),
    row("the provider itself", "conformance::the_provider_complains_about_a_bad_client", "a client that is wrong", "the provider of these tests complains"),
    row("occt-refresh-token", "refresh::a_refresh_is_accepted_with_and_without_an_id_token", "refresh with and without an ID token", "new tokens kept, userinfo asked with the new access token"),
    row("occt-refresh-token-invalid-issuer", "refresh::a_refreshed_token_of_another_issuer_is_refused", "refreshed ID token with another `iss`", "refused as a whole, nothing stored, no userinfo"),
    row("occt-refresh-token-invalid-sub", "refresh::a_refreshed_token_of_another_subject_is_refused", "refreshed ID token with another `sub`", "refused as a whole, nothing stored, no userinfo"),
    row("N6", "refresh::a_refreshed_token_that_does_not_hold_spoils_the_refresh", "refreshed ID token: signature, key, `alg`, `aud`, times, `typ`, garbage", "refused as a whole, nothing stored, still signed in"),
    row("N6/nonce", "refresh::a_refreshed_token_with_another_nonce_is_refused", "refreshed ID token with another `nonce`", "refused as a whole, nothing stored"),
    row("N6/own-nonce", "refresh::a_refreshed_token_with_the_nonce_of_the_sign_in_is_accepted", "refreshed ID token with the nonce of the sign-in", "accepted"),
    row("N6/keys-away", "refresh::a_refreshed_token_that_cannot_be_looked_at_costs_no_connection", "the keys cannot be fetched when a refresh brings an ID token signed anew", "the rotated tokens are kept, the old refresh token is not sent again"),
    row("N6/silent-userinfo", "refresh::userinfo_that_says_less_takes_nothing_away", "userinfo of a renewal without a name", "what is known of the person stays"),
    row("occt-rp-init-logout", "logout::signing_out_leads_to_the_end_session_endpoint", "sign-out", "ended here first; `id_token_hint` of this run, exact `post_logout_redirect_uri`"),
    row("occt-rp-init-logout-other-state", "logout::a_return_from_sign_out_with_another_state_is_harmless", "back with another `state`", "200, nothing revived, no request"),
    row("occt-rp-init-logout-no-state", "logout::a_return_from_sign_out_without_state_is_harmless", "back without `state`", "200, nothing revived, no request"),
    row("occt-rp-backchannel-rpinitlogout", "logout::a_logout_token_ends_the_session", "a good logout token, an unknown claim in it", "200, session gone"),
    row("occt-rp-backchannel-rpinitlogout-alg-none", "logout::an_unsigned_logout_token_is_refused", "unsigned, or signed by others", "400, session stays"),
    row("occt-rp-backchannel-rpinitlogout-no-event", "logout::a_logout_token_without_an_event_is_refused", "no `events`", "400, session stays"),
    row("occt-rp-backchannel-rpinitlogout-wrong-event", "logout::a_logout_token_with_another_event_is_refused", "another event", "400, session stays"),
    row("occt-rp-backchannel-rpinitlogout-with-nonce", "logout::a_logout_token_with_a_nonce_is_refused", "with `nonce`", "400, session stays"),
    row("occt-rp-backchannel-rpinitlogout-wrong-alg", "logout::a_logout_token_of_another_algorithm_is_refused", "ES256 where RS256 was agreed", "400, session stays"),
    row("occt-rp-backchannel-rpinitlogout-wrong-aud", "logout::a_logout_token_for_another_client_is_refused", "another `aud`", "400, session stays"),
    row("occt-rp-backchannel-rpinitlogout-wrong-iss", "logout::a_logout_token_of_another_issuer_is_refused", "another `iss`", "400, session stays"),
    row("N10", "logout::signing_out_clears_every_cookie_for_good", "sign-out", "every cookie cleared with its attributes; a copy is worth nothing"),
    row("N11", "logout::signing_out_works_with_and_without_a_hint", "sign-out without the endpoint, with a huge ID token, with a query of its own", "works; the hint is in the answer alone"),
    row("N12", "logout::the_back_channel_ends_the_sessions_it_names_and_no_others", "back channel: by `sid`, by `sub`, of others, of nobody", "only those sessions end; known and unknown answered alike"),
    row("N12/form", "logout::the_back_channel_takes_one_form_only", "back channel: query, JSON, text, twice, 1 MB, GET", "4xx, session stays, `no-store`"),
    row("N13", "logout::a_logout_token_that_lacks_something_or_comes_again_is_refused", "no `iat`, no `jti`, neither `sub` nor `sid`, replay, past, future, other `typ`", "400, session stays"),
    row("N14", "logout::the_newer_session_ends_too_where_the_older_has_run_out", "the older of two sessions ran out, then `sub` alone", "the newer one ends too"),
    row("N15", "logout::nothing_is_renewed_after_the_back_channel_ended_it", "a call after the back channel ended the session", "401 `signed_out`, no refresh, no request"),
    row("A10/offline", "discovery::who_wants_to_stay_connected_asks_for_a_refresh_token", "a grant, where the metadata lists `offline_access`", "it is asked for, and by no sign-in"),
    row("E1", "jose::a_token_without_a_signature_is_refused", "no signature in 18 spellings; 1, 2, 4 and 5 parts", "401, token 1, keys 0, userinfo 0"),
    row("E2", "jose::an_hmac_with_the_public_key_is_refused", "HS256 with the public key in every form, the secret, nothing", "401, token 1, keys 0, userinfo 0"),
    row("E3", "jose::a_good_signature_of_an_algorithm_that_was_not_agreed_is_refused", "PS256, RS384, ES256, EdDSA well signed", "401, token 1, keys 0, userinfo 0"),
    row("E4", "jose::a_key_that_the_token_brings_along_is_refused_and_never_fetched", "`jwk`, `jku`, `x5u`, `x5c`, `x5t` of an attacker", "401; the attacker's address is never asked"),
    row("E5", "jose::a_key_name_that_leads_nowhere_is_refused", "`kid`: traversal, SQL, NUL, long, numbers, lists, twice, of an encryption key, 256 kB", "401, one look at the keys (502 for 256 kB)"),
    row("E5/other", "jose::a_key_of_another_provider_is_refused", "`kid` and signature of another provider's key", "401, the other provider is not asked"),
    row("E6", "jose::a_critical_extension_is_refused", "`crit`, `b64`", "401, token 1, keys 0, userinfo 0"),
    row("E7", "jose::another_issuer_is_refused", "`iss`: other provider, + 1, slash, cut, list, missing, null", "401, token 1, keys 0, userinfo 0"),
    row("E8", "jose::googles_issuer_is_accepted_with_and_without_its_scheme", "Google: `iss` with and without scheme", "both accepted as one account; all else 401"),
    row("E9", "jose::the_issuer_of_another_provider_without_its_scheme_is_refused", "`iss` without scheme elsewhere", "401, token 1, keys 0, userinfo 0"),
    row("E10", "jose::an_audience_that_is_not_ours_alone_is_refused", "`aud`: others, lists, numbers, cut", "401; ours alone, also as a list, accepted"),
    row("E11", "jose::a_token_that_was_made_for_another_party_is_refused", "`azp` of somebody else", "401; ours accepted"),
    row("E12", "jose::a_token_that_has_ended_or_does_not_say_when_is_refused", "`exp`: past, missing, text, float, negative, 1e300, NaN, true", "401; 299 s ago and an integral float accepted"),
    row("E13", "jose::a_token_from_the_future_is_refused", "`iat` missing or ahead, `nbf` ahead", "401; 299 s ahead accepted"),
    row("E14", "jose::a_nonce_that_is_not_ours_is_refused", "`nonce`: missing, other, cut, longer, case, list, number", "401, token 1, keys 0, userinfo 0"),
    row("E15", "jose::a_subject_that_is_none_is_refused", "`sub`: missing, empty, number, 256, control and bidi characters", "401; 255 characters accepted"),
    row("E16", "jose::a_hash_of_another_access_token_is_refused", "`at_hash` of another token", "401; the right one accepted"),
    row("E17", "jose::a_signature_that_was_touched_is_refused", "signature: flipped, cut, longer, padded, other alphabet, spare bits", "401, token 1, keys 0, userinfo 0"),
    row("E17/ES256", "jose::an_elliptic_signature_that_is_none_is_refused", "r = s = 0, r = n, DER for P1363", "401, token 1, keys 0, userinfo 0"),
    row("E18", "jose::json_that_can_be_read_in_two_ways_is_refused", "duplicate members, BOM, trailing bytes, 10 000 deep, 5 MB, a list", "401 (502 for what is too long)"),
    row("E19", "jose::a_token_of_another_kind_is_refused", "access token, logout token, our own session token", "401, no userinfo"),
    row("E20", "jose::a_token_of_another_client_of_this_provider_is_refused", "ID token of another client", "401, token 1, keys 0, userinfo 0"),
    row("E21", "jose::no_age_is_asked_for_so_none_is_needed", "`auth_time`", "no `max_age` is sent, so any is accepted"),
    row("E22", "jose::a_compressed_token_is_refused", "compressed JWS and JWE, bombs", "401, token 1, keys 0, userinfo 0"),
    row("E2/oct", "jose::a_symmetric_key_in_the_set_signs_nothing", "HS256 with an `oct` key of the set", "401, no userinfo"),
    row("F-1", "discovery::metadata_that_names_another_issuer_is_refused", "metadata `issuer`: suffix, slash, cut, case, scheme, host", "502 before the browser is sent anywhere; not kept"),
    row("F-2", "discovery::an_issuer_that_a_visitor_brings_along_is_never_asked", "an issuer that a visitor brings along", "400; nobody asks it"),
    row("F-3/settings", "discovery::an_issuer_inside_the_network_is_refused_in_the_settings", "issuers inside the network, other schemes, user information, port 22", "refused at start, the variable named"),
    row("F-3/metadata", "discovery::an_endpoint_inside_the_network_is_refused", "endpoints inside the network or of other schemes", "502 before the browser is sent anywhere"),
    row("F-4", "discovery::redirects_are_not_followed", "301, 302, 303, 307, 308 from every endpoint", "502, not followed"),
    row("F-5", "discovery::weak_and_odd_keys_are_passed_over", "keys of 512 and 1024 bits, e = 1, huge e, private, for encryption, of no kind", "passed over: 401 for their signatures"),
    row("F-5/kinds", "discovery::a_key_set_of_all_kinds_is_read_as_far_as_it_can_be", "a set of all kinds of keys and of no keys", "the usable ones are used"),
    row("F-5/same-name", "discovery::two_keys_of_one_name_do_not_let_a_third_in", "two keys of one name", "no third key is let in"),
    row("F-6", "discovery::answers_without_an_end_are_cut_off", "10 MB, endless chunks, gzip and brotli bombs at every endpoint", "502, cut off"),
    row("F-6/keys", "discovery::a_hundred_thousand_keys_are_not_read", "100 000 keys", "502"),
    row("F-6/length", "discovery::an_answer_of_another_length_than_announced_is_refused", "shorter or longer than announced", "503 or 502"),
    row("F-7", "discovery::a_provider_that_does_not_answer_is_given_up", "hanging, slow heads and bodies, TLS that stalls", "503 in time; others are not held up"),
    row("F-7/reset", "discovery::a_provider_that_hangs_up_is_unavailable", "reset, closed, 5xx, nobody listens", "503"),
    row("F-8", "discovery::answers_that_are_no_json_object_are_refused", "HTML, nothing, lists, UTF-16, NUL, trailing bytes, 204", "502, no panic"),
    row("F-9", "discovery::unknown_key_names_do_not_make_the_server_ask_again_and_again", "unknown `kid` again and again, at once, with the keys away", "at most three looks, then one in 30 s; shared; fails closed"),
    row("F-10", "discovery::known_keys_hold_while_the_key_set_cannot_be_reached", "keys out of reach", "known keys hold, a day at the most, then 503"),
    row("F-10/pause", "discovery::keys_that_cannot_be_reached_are_asked_for_once_in_a_while", "keys out of reach, several sign-ins", "asked for once in fifteen seconds"),
    row("F-11", "discovery::the_life_of_a_key_set_has_a_floor_and_a_ceiling", "Cache-Control and Expires of all kinds", "at least 60 s, at most a day"),
    row("F-12", "discovery::a_key_that_was_withdrawn_is_refused_once_the_set_is_read_again", "a key that was withdrawn", "401 once the set is read again"),
    row("F-13", "discovery::claims_that_are_kept_elsewhere_are_never_fetched", "aggregated and distributed claims", "never fetched"),
    row("F-14", "discovery::an_endpoint_that_is_no_plain_address_is_refused", "endpoints that are no absolute address, with fragment, user, 100 kB", "502"),
    row("F-14/optional", "discovery::an_optional_endpoint_that_is_no_plain_address_is_never_used", "the same in endpoints that a sign-in does not need", "never used, never shown"),
    row("G1", "endpoints::a_token_answer_without_a_bearer_token_is_refused", "no access token, no or another token type", "502, token 1, userinfo 0"),
    row("G2", "endpoints::a_token_type_in_any_letters_is_accepted", "`bEARER`", "accepted"),
    row("G3", "endpoints::odd_lifetimes_neither_panic_nor_outlive_reason", "`expires_in`: absent, 0, -1, text, huge", "accepted and clamped, or 502"),
    row("G4", "endpoints::other_scopes_than_asked_for_do_not_break_the_sign_in", "`scope`: less, more, absent, a list", "accepted, or 502 for what is no text"),
    row("G5", "endpoints::a_token_answer_without_an_id_token_is_refused", "no ID token", "401 or 502, token 1, userinfo 0"),
    row("G5/OAuth", "endpoints::an_id_token_of_a_provider_without_openid_is_ignored", "an ID token of a provider without OpenID", "ignored"),
    row("G6", "endpoints::errors_of_the_token_endpoint_become_codes_of_ours", "400, 401, 404, 429, 5xx, 200 with an error", "fixed codes, no text of the provider, asked once"),
    row("G7", "endpoints::a_token_that_cannot_stand_in_a_header_is_refused", "tokens with CR, LF, NUL, space, 1 MB, other letters", "502, token 1, userinfo 0"),
    row("G8", "endpoints::userinfo_that_contradicts_or_makes_no_sense_is_refused", "userinfo: other `sub`, none, list, JWT, redirect, 401", "401 or 502, no session"),
    row("G9", "endpoints::a_picture_that_is_no_https_address_is_dropped", "`picture`: javascript, data, http, relative, user, huge", "dropped"),
    row("G9/tracking", "endpoints::a_picture_of_any_host_cannot_be_loaded_past_the_content_security_policy", "`picture` of any host", "not let in by the content security policy"),
    row("G10", "endpoints::a_revocation_that_fails_does_not_keep_anybody_connected", "revocation: 500, reset, hang, redirect, absent", "disconnected and signed out all the same"),
    row("G11", "endpoints::requests_to_a_provider_give_nothing_away", "what the server sends", "fixed User-Agent; no cookie, no referer, no token in an address"),
    row("M1", "accounts::one_subject_at_two_providers_is_two_people", "one `sub` at two providers", "two accounts"),
    row("M2", "accounts::a_verified_address_joins_no_account", "a verified address of somebody else", "two accounts"),
    row("M3", "accounts::no_spelling_of_verified_joins_an_account", "`email_verified` in every spelling", "no account joined"),
    row("M4", "accounts::googles_word_on_an_address_of_others_joins_no_account", "Google's word on an address of others", "no account joined"),
    row("M5", "accounts::an_address_that_was_sold_leads_to_no_old_account", "an address that was sold", "a new account"),
    row("M6", "accounts::who_was_there_first_with_the_address_keeps_nothing_of_its_owner", "an account made in advance with the victim's address", "keeps nothing of the victim"),
    row("M7", "accounts::an_address_that_is_not_verified_becomes_no_better_by_another_sign_in", "an unverified address, then the same one verified", "two accounts, none changed"),
    row("M8", "accounts::an_address_that_is_none_is_not_shown", "addresses that are none", "not shown"),
    row("M9", "accounts::nobody_is_linked_without_their_own_word", "a link that somebody was lured into", "refused; nothing without the person's own word"),
    row("M9/recent", "accounts::a_link_wants_a_recent_sign_in", "a link eleven minutes after the sign-in", "403 `recent_sign_in_needed`"),
    row("M10", "accounts::an_identity_of_another_account_is_not_linked", "linking an identity of another account", "409 `identity_taken`, nothing told"),
    row("M11", "accounts::the_last_identity_is_not_unlinked", "unlinking the last identity", "409 `last_identity`"),
    row("M12", "accounts::twenty_first_sign_ins_at_once_make_one_account", "twenty first sign-ins at once", "one account"),
    row("M14", "accounts::a_deleted_account_does_not_come_back", "deleting the account", "sessions gone, grant given back, a new account later"),
    row("oidc-provider-mock", "independent::an_independent_provider_signs_in_and_renews", "an independent provider (Authlib): sign-in, userinfo, refresh, sign-out", "works"),
];

/// Rows of the lists that do not apply here, and why.
#[rustfmt::skip]
pub(crate) const NOT_APPLICABLE: &[(&str, &str)] = &[
    ("oidcc-client-basic-certification-test-plan as such", "it is run by the OpenID Foundation's own suite; its modules are above"),
    ("occt-rp-frontchannel-*", "there is no front-channel logout: browsers keep third-party cookies from it"),
    ("occt-session-management", "there is no session iframe"),
    ("occt-3rd-party-init-login", "there is no address that starts a sign-in from outside"),
    ("occt-nonce-unless-code-flow, -invalid-athash, -missing-athash, -invalid-chash, -missing-chash", "hybrid and implicit flow are not used; `at_hash` is E16"),
    ("occt-userinfo-bearer-header, -bearer-body, -userinfo-signed", "the header is used by every row; a signed answer is refused by G8"),
    ("occt-missing-aud, -invalid-sig-hs256, -invalid-sig-es256", "they are fapi2-invalid-missing-aud, E2 and E17/ES256"),
    ("occt-form-post-error", "the callback is a page; there is no form_post"),
    ("occt-aggregated-claims, -distributed-claims", "they are F-13"),
    ("occt-mtls-endpoint-aliases, -dynamic-registration, -discovery-webfinger-*, -request-uri-*", "not offered: a provider is configured, with a client secret"),
    ("fapi2-happy-path, -happy-path-no-dpop-nonce, -rs-dpop-auth-scheme-case-insensitivity", "they want private_key_jwt or mTLS and DPoP"),
    ("fapi2-ensure-jarm-*", "no JARM: a `response` parameter is refused"),
    ("fapi2-invalid-openbanking-intent-id, -client-refresh-token-test", "of one country's banks"),
    ("F-3, port 22", "an issuer is the operator's own setting, and nothing but TLS is spoken there"),
    ("F-3, DNS rebinding", "no name is resolved in these tests; who may be connected to is tested beside the one way out"),
    ("G12", "the proxy speaks to Spotify alone; its allow-list has its own tests"),
    ("M7, local accounts", "there are no accounts without a provider"),
    ("M13", "there is no setting that restricts a hosted domain"),
];

/// Asks the harness which tests there are: a row cannot vanish, and neither can its test.
#[test]
fn every_row_has_its_test_and_every_test_its_row() {
    let program = std::env::current_exe().expect("this program");
    let listed = std::process::Command::new(program)
        .args(["--list", "--format", "terse"])
        .output()
        .expect("a list");
    let listed = String::from_utf8(listed.stdout).expect("text");
    let own = "rows::every_row_has_its_test_and_every_test_its_row";
    let mut tests: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|test| *test != own && *test != MODULES_TEST)
        .collect();
    let mut rows: Vec<&str> = ROWS.iter().map(|row| row.test).collect();
    tests.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, tests);
    // And each says which row it is, or the report would not know of it.
    let sources = [
        include_str!("accounts.rs"),
        include_str!("conformance.rs"),
        include_str!("discovery.rs"),
        include_str!("endpoints.rs"),
        include_str!("independent.rs"),
        include_str!("jose.rs"),
        include_str!("logout.rs"),
        include_str!("refresh.rs"),
    ]
    .concat();
    for row in ROWS {
        let call = format!("row(\"{}\")", row.id);
        assert_eq!(sources.matches(&call).count(), 1, "{call}");
    }
}

const MODULES_TEST: &str = "rows::every_module_and_attack_of_the_lists_is_in_the_table";

/// The lists themselves: what is in them is either a row or said not to apply.
#[test]
fn every_module_and_attack_of_the_lists_is_in_the_table() {
    let attacks = [("E", 22, ""), ("F", 14, "-"), ("G", 12, ""), ("M", 14, "")];
    let mut wanted: Vec<String> = attacks
        .iter()
        .flat_map(|(group, last, dash)| (1..=*last).map(move |n| format!("{group}{dash}{n}")))
        .collect();
    wanted.extend([6, 10, 11, 12, 13, 14, 15].map(|n| format!("N{n}")));
    wanted.extend(MODULES.iter().map(|module| (*module).to_owned()));
    let starts = |id: &str, wanted: &str| {
        id == wanted
            || id.starts_with(&format!("{wanted}/"))
            || id.starts_with(&format!("{wanted},"))
    };
    let missing: Vec<String> = wanted
        .into_iter()
        .filter(|wanted| {
            let in_table = ROWS.iter().any(|row| starts(row.id, wanted));
            let excused = NOT_APPLICABLE.iter().any(|(id, _)| starts(id, wanted));
            !in_table && !excused
        })
        .collect();
    assert_eq!(missing, [""; 0]);
}

/// The modules of the Basic RP, Config RP, refresh and logout plans, and those of the FAPI 2.0
/// client that apply.
const MODULES: &[&str] = &[
    "occt",
    "occt-invalid-iss",
    "occt-missing-sub",
    "occt-invalid-aud",
    "occt-missing-iat",
    "occt-kid-absent-single-jwks",
    "occt-kid-absent-multiple-jwks",
    "occt-idtoken-sig-rs256",
    "occt-idtoken-sig-none",
    "occt-invalid-sig-rs256",
    "occt-userinfo-invalid-sub",
    "occt-nonce-invalid",
    "occt-scope-userinfo-claims",
    "occt-client-secret-basic",
    "occt-discovery-openid-config",
    "occt-discovery-jwks-uri-keys",
    "occt-discovery-issuer-mismatch",
    "occt-signing-key-rotation-just-before-signing",
    "occt-signing-key-rotation",
    "fapi2-discovery-issuer-mismatch",
    "fapi2-invalid-iss",
    "fapi2-invalid-aud",
    "fapi2-invalid-secondary-aud",
    "fapi2-invalid-null-alg",
    "fapi2-invalid-alternate-alg",
    "fapi2-invalid-expired-exp",
    "fapi2-invalid-missing-exp",
    "fapi2-invalid-missing-aud",
    "fapi2-invalid-missing-iss",
    "fapi2-valid-aud-as-array",
    "fapi2-invalid-nonce",
    "fapi2-invalid-missing-nonce",
    "fapi2-invalid-authorization-response-iss",
    "fapi2-remove-authorization-response-iss",
    "fapi2-ensure-authorization-response-with-invalid-state-fails",
    "fapi2-ensure-authorization-response-with-invalid-missing-state-fails",
    "fapi2-token-endpoint-response-without-expires_in",
    "fapi2-token-type-case-insensitivity",
    "occt-refresh-token",
    "occt-refresh-token-invalid-issuer",
    "occt-refresh-token-invalid-sub",
    "occt-rp-init-logout",
    "occt-rp-init-logout-other-state",
    "occt-rp-init-logout-no-state",
    "occt-rp-backchannel-rpinitlogout",
    "occt-rp-backchannel-rpinitlogout-alg-none",
    "occt-rp-backchannel-rpinitlogout-no-event",
    "occt-rp-backchannel-rpinitlogout-wrong-event",
    "occt-rp-backchannel-rpinitlogout-with-nonce",
    "occt-rp-backchannel-rpinitlogout-wrong-alg",
    "occt-rp-backchannel-rpinitlogout-wrong-aud",
    "occt-rp-backchannel-rpinitlogout-wrong-iss",
];
