r"""Send a firm's challenge, get the right partners with the reasons. JSON in, JSON out.

## A first round

Send a challenge in Danish or English. The answer has its `id`, its `ETag` and, in `actions`,
what can be done with it now.

```sh
curl -i http://127.0.0.1:8000/api/v1/challenges \
  -H 'Content-Type: application/json' -d '{
  "text": "Vores aksler slår sig efter varmebehandling. Hvem kan måle restspændinger?",
  "place": "9220"
}'
```

Ask who can help. The body may be left out; conditions narrow the list.

```sh
curl -i http://127.0.0.1:8000/api/v1/challenges/CHALLENGE_ID/match-runs \
  -H 'Content-Type: application/json' -d '{
  "partner_kinds": ["expert", "institute"], "languages": ["da"], "within_km": 150, "limit": 10
}'
```

Every match has a `rank`, a `fit` in words, the `evidence` that carried it (the partner's own
words beside the sentence of the challenge that they answer) and what is `uncovered`. A run is
kept and never changes, but for a `profile` that is no longer shown, which becomes null; read it
again, or some of it at a time:

```sh
curl http://127.0.0.1:8000/api/v1/match-runs/RUN_ID
curl 'http://127.0.0.1:8000/api/v1/match-runs/RUN_ID/matches?offset=10&limit=10'
```

No matches is a result and not an error: nobody fits well enough. The `funnel` shows how many
profiles each rule removed.

Read all of a profile, by its kind or as any profile:

```sh
curl http://127.0.0.1:8000/api/v1/experts/PROFILE_ID
curl http://127.0.0.1:8000/api/v1/profiles/PROFILE_ID
```

## Change and withdraw

`ETag` is the revision in quotes. A change has to say in `If-Match` which revision it is meant
for, so that nobody overwrites what they have not seen: without it the answer is `428`, with an
old one `412`.

```sh
curl -X PATCH http://127.0.0.1:8000/api/v1/challenges/CHALLENGE_ID -H 'If-Match: "1"' \
  -H 'Content-Type: application/json' -d '{"title": "Skæve aksler"}'
curl -X DELETE http://127.0.0.1:8000/api/v1/challenges/CHALLENGE_ID -H 'If-Match: "2"'
```

`DELETE` withdraws: the challenge is not matched any more. Readers may send `If-None-Match`
and get `304` while nothing has changed.

## Who may read a challenge

One that was sent without a token: whoever has its id. Ids cannot be guessed, there is no list of
challenges, and ids and texts are never written to a log. Keep the id as you would keep a key.
One that was sent with a token: its account, the members of its organisation, and staff. For all
others there is nothing at its address.

## Sign in

Reading what is public needs nothing. For the rest make a token on the page `/account` and send
it; reading needs its scope `read`, everything else `write`. A token that is unknown, expired or
revoked is answered with `401`, one that may not do this with `403`, too many requests with `429`
and `Retry-After`.

```sh
curl -i http://127.0.0.1:8000/api/v1/account -H 'Authorization: Bearer TOKEN'
```

## Who was shown

How often each partner kind and each organisation was in lists, how high, and what their scores
merit; persons are counted by kind only. Days are in UTC.

```sh
curl 'http://127.0.0.1:8000/api/v1/exposure?first_day=2026-01-01&last_day=2026-12-31'
```

## Lists

Lists answer `{"items": […], "total": 231, "offset": 0, "limit": 20}`. Ask for a part with
`offset` and `limit` (1 to 100, 20 by default).

## Problems

Every refusal is a problem (RFC 9457, `application/problem+json`). `type` is the address of a
page that explains it; `instance` is the number of the request, also sent as `X-Request-ID` and
written in the log. `errors` names each value that has to change, by JSON pointer into the body,
by query `parameter` or by `header`:

```json
{
  "type": "/problems/validation",
  "title": "Some values have to change",
  "status": 422,
  "detail": "Some values have to change; see 'errors'.",
  "instance": "urn:uuid:0b1f9a66-9a35-4f4c-8d9c-5b0a8f0d5e7b",
  "errors": [{"pointer": "#/within_km", "detail": "Not a valid integer."}]
}
```

Names that are not known, in a body or a query, are refused rather than passed over.

## Limits

A request may have at most 256 KiB, a text 15 to 10,000 characters and at least three words, a
list of matches at most 100. Times are in UTC, languages are ISO 639-1 codes, distances are
kilometres as the crow flies. No cookies; the words of the API are English,
whatever the texts are written in.
"""
