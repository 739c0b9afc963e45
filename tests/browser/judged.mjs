// Whether the demonstration at the address has an enrolled iPhone whose clauses were judged: then every page has something
// to show. Signs in as the first persona, as a browser without scripts would.
const address = process.argv[2];
const fields = new URLSearchParams({ persona: '0', next: '/' });
const signedIn = await fetch(new URL('/sign-in', address), { method: 'POST', body: fields, redirect: 'manual' });
const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0];
const list = await fetch(new URL('/devices?kind=iphone&state=enrolled', address), { headers: { cookie } });
const judged = /\d+ not met/.test(await list.text());
process.exit(list.ok && judged ? 0 : 1);
