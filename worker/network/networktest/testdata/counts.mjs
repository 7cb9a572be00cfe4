// Makes counts.tsv: texts and their length as networks count it, from sources other
// than this program: graphemes by Intl.Segmenter, addresses and X's weights by
// twitter-text, with the patterns that Mastodon puts in place of twitter-text's own.
//
//   npm install twitter-text@3.1.0 && node counts.mjs >counts.tsv
//
// in a folder outside of the repository that has a copy of this file. Columns: name,
// text as JSON, mastodon (URLs as 23), runes (GoToSocial), graphemes and bytes
// (Bluesky; graphemes are also Pleroma's count), utf16 (the unit of Telegram), x.
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const twitter = require('twitter-text');
const supplant = require('twitter-text/dist/lib/regexSupplant');
const part = (name) => require(`twitter-text/dist/regexp/${name}`);

// https://github.com/mastodon/mastodon/blob/main/config/initializers/twitter_regex.rb
const general = /[^\s\u0085<>()?]/;
const nested = supplant(/\((?:#{general}+|(?:#{general}*\(#{general}+\)#{general}*))\)/, { general });
const ending = supplant(/(?:[^\s\u0085()?!*"'「」<>;:=,.$%\[\]~&|@]|(?:#{old}))/, { old: part('validUrlBalancedParens') });
const path = supplant(/(?:(?:#{general}*(?:#{nested}#{general}*)*#{ending})|(?:#{general}+\/))/i, { general, nested, ending });
const u = '\\u00A0-\\uFDCF\\uFDF0-\\uFFEF'; // without the u flag, surrogates stand for what is beyond
const url = supplant(
  '(#{before})(https?:\\/\\/#{domain}(?::#{port})?(?:\\/#{path}*)?(?:\\?#{query}*#{last})?)',
  {
    before: part('validUrlPrecedingChars'), domain: part('validDomain'), port: part('validPortNumber'), path,
    query: new RegExp(`[a-z0-9!?*'();:&=+$/%#\\[\\]\\-_.,~|@\\^${u}]`), last: new RegExp(`[a-z0-9_&=#/\\-${u}]`),
  }, 'gi');
const mention = /(?<![=\/\p{L}\p{M}\p{N}\p{Pc}])(@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\p{L}\p{M}\p{N}\p{Pc}]+(?:[.-]+[\p{L}\p{M}\p{N}\p{Pc}]+)*/giu;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const graphemes = (s) => [...segmenter.segment(s)].length;
const mastodon = (s) => {
  let out = '', at = 0;
  for (const m of s.matchAll(url)) {
    const start = m.index + m[1].length;
    out += s.slice(at, start).replace(mention, '$1') + 'x'.repeat(23);
    at = m.index + m[0].length;
  }
  return graphemes(out + s.slice(at).replace(mention, '$1'));
};

const texts = [];
const add = (name, ...list) => list.forEach((text, i) => texts.push([list.length > 1 ? `${name} ${i + 1}` : name, text]));

add('plain', 'word', 'two words', 'a\nb', 'a\r\nb', 'tab\tbed', 'x'.repeat(500), 'ends in space ');
add('zwj emoji', '👨‍👩‍👧‍👦', '👩🏽‍🚀', '🏳️‍🌈', '🏴‍☠️', '👁️‍🗨️', '🧑🏿‍🤝‍🧑🏻', '👩‍❤️‍💋‍👨', '🐻‍❄️', '❤️‍🔥', 'a👨‍👩‍👧b', '😮‍💨😵‍💫');
add('emoji', '😀', '👍🏿', '1️⃣', '#️⃣', '☎️', '☎', '✌🏽', '©️', '🫠🫶🏼', '😀'.repeat(30), 'mixed 🎉 in 🚀 words');
add('flags', '🇧🇪', '🇧🇪🇳🇱', '🇧🇪🇳', '🇧', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿🇪🇺', 'a🇧🇪b🇳🇱c');
add('marks', 'é', 'e\u0301', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢', 'ñandú', 'Å', 'A\u030A', 'q\u0307\u0323', '\u0301', 'i\u0307');
add('hangul', '한국어', '\u1112\u1161\u11ab\u1100\u116e\u11a8', '안녕하세요 세계', '각각');
add('indic', 'नमस्ते', 'क्षत्रिय', 'স্ত্রী', 'தமிழ்', 'തമിഴ്', 'ശ്രീ', 'ಕ್ಷೇತ್ರ', 'శ్రీ', 'ગુજરાતી ક્ષ', 'ਪੰਜਾਬੀ', 'ଓଡ଼ିଆ କ୍ଷ', 'हिन्दी में समाचार', 'क्‍ष', 'क्‌ष', 'র‍্যাব', 'සිංහල ශ්‍රී', 'नेपाली राष्ट्रिय');
add('southeast asian', 'ภาษาไทย', 'กำลัง', 'ລາວ', 'ខ្មែរ', 'မြန်မာ', 'བོད་ཡིག', 'ᬩᬮᬶ', 'ꦗꦮ');
add('rtl', 'שלום', 'שָׁלוֹם', 'العربية', 'اَلْعَرَبِيَّةُ', 'فارسی می‌خواهم', 'اردو', '\u200fעברית\u200f', '\u202bأ\u202c', 'ܣܘܪܝܝܐ', 'mixed עברית and english');
add('cjk', '日本語', '中文测试', '繁體中文', '葛\u{E0100}城', '𠮷野家', 'ﾊﾝｶｸ', 'ｶﾞ', 'が', 'か\u3099', '日本語'.repeat(40), '，。「」');
add('invisible', 'a\u200bb', 'a\u00adb', 'a\u2060b', '\ufeffa', 'a\u00a0b', 'a\u2028b', 'a\u3000b', '\u200d', '\u200c');
add('astral', '𝄞', '𝒜𝓑', '𐍈', '𓀀𓂀', '\u{1F1E6}\u200d');
add('typography', '“quotes” — and … dots', '½ ²', 'ﬁ ligature', 'İstanbul', 'ß ẞ', 'ΑΒΓ Ωμέγα', 'Привет, мир', 'Ελληνικά', 'Հայերեն', 'ქართული', 'አማርኛ', 'ᐃᓄᒃᑎᑐᑦ', 'ꙮ', 'Tiếng Việt', 'čšžřůýáíé');
for (const n of [20, 23, 24, 30, 50, 80, 100, 150, 200, 250, 300]) {
  const head = 'https://example.com/';
  add(`address of ${n}`, `Read ${head}${'a'.repeat(n - head.length)} now`);
}
add('address of 12', 'http://t.co', 'http://t.co.', 'https://t.co/');
add('address', 'https://example.com', 'HTTPS://EXAMPLE.COM/Path', 'http://example.com:8080/a', 'https://sub.domain.example.co.uk/x/y/z?a=b&c=d#frag', 'https://example.com/?q=1', 'https://example.com?q=1');
add('address and punctuation', 'See https://example.com/a.', 'See https://example.com/a, and', '(https://example.com/a)', 'https://example.com/a!', 'https://example.com/a?', 'https://example.com/a;', '"https://example.com/a"', '<https://example.com/a>', '“https://example.com/a”', 'https://example.com/a…', "https://example.com/it's", 'https://example.com/a:', 'https://example.com/a-', 'https://example.com/a/', 'https://example.com/a_', 'https://example.com/a.?b=c', 'https://example.com/a?b=c.', 'https://example.com/a?b=c&');
add('address and brackets', 'https://en.wikipedia.org/wiki/Go_(game)', 'https://en.wikipedia.org/wiki/Go_(game).', '(https://en.wikipedia.org/wiki/Go_(game))', 'https://example.com/a((b)c)', 'https://example.com/(a', 'https://example.com/a)b', 'https://example.com/[a]', 'https://ja.wikipedia.org/wiki/囲碁_(曖昧)');
add('address in other scripts', 'https://example.com/日本語', 'https://example.com/日本語、次の文', '詳細はhttps://example.com/aです', '詳細はhttps://example.comです', 'https://пример.рф/путь', 'https://例え.jp/パス', 'https://müller.de/straße', 'https://xn--mller-kva.de/x', 'https://example.みんな/a', 'https://example.com/?q=日本語 next', 'https://example.com/ünï?q=é', 'https://example.com/😀/x');
add('no address', 'example.com/a', 'www.example.com', 'http://localhost/a', 'http://127.0.0.1:8080/a', 'https://example', 'https://example.notatld/a', 'ftp://example.com/a', 'xhttps://example.com/a', '@https://example.com', '#https://example.com', 'https://', 'https://-example.com/', 'https://exa_mple.com/', 'https://a_b.example.com/', 'mailto:ann@example.com', 'https://example.com5/a', 'https://user@example.com/a', 'https://.com/');
add('several addresses', 'https://example.com/a https://example.org/b', 'https://example.com/a\nhttps://example.org/b\n\nhttps://example.net', 'https://example.com/ahttps://example.org/b', 'a https://example.com/a-very-long-path-that-goes-on-and-on b https://t.co c');
add('mention', '@ann', '@ann@social.example', 'hi @ann@social.example, and @bob@a.very.long.host.example.org!', '@ann@social.example@other', '/@ann@social.example', 'x@ann@social.example', 'ann@example.com', '@ann_b.c@host.example', '@ann-@host.example', '@ann@пример.рф', '@ann@host_x.example-', '(@ann@social.example)', '@ann@social.example.', '@@ann@social.example', '@ann@', 'https://social.example/@ann', 'https://social.example/@ann@other.example');
add('hashtag', '#Go', '#Größe', '#café #naïve', '#日本語', '#1', '#a_b', '#über-uns', '#ÉtéÀParis', '#हिन्दी', '#العربية', '#🎉', '#Go#Rust', '##Go');
add('post', 'A new post: “Ünïcode” 🎉\n\nWhat it says in two lines, and why.\n\nhttps://blog.example.org/2026/10/16/unicode-in-the-wild?utm_source=fediverse\n\n#Unicode #Größe', 'CW: नमस्ते\n@ann@social.example https://example.com/क्षेत्र #हिन्दी 👩🏽‍🚀');

const clean = (s) => JSON.stringify(s).replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
console.log('name\ttext\tmastodon\trunes\tgraphemes\tbytes\tutf16\tx');
for (const [name, text] of texts) {
  console.log([name, clean(text), mastodon(text), [...text].length, graphemes(text), Buffer.byteLength(text), text.length, twitter.parseTweet(text).weightedLength].join('\t'));
}
