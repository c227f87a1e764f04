"""Made comments, with the truth about what in them is private: ``python -m tests.ingest.comment``.

Every comment is built from parts whose nature is known, so recall (what is private and was taken out) and
precision (what is not and stayed) are counted, not judged.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from asn_research.ingest.people.text import Scrubber

GIVEN = (
    "Rahmawati", "Sutrisno", "Wulandari", "Hidayat", "Nugroho", "Handayani", "Setyawan", "Suryani",
    "Firmansyah", "Oktaviani", "Saputri", "Marlina", "Zulkifli", "Yusnita", "Afrizal", "Desmawati",
    "Hendri", "Novrizal", "Kurniawan", "Maharani", "Susanti", "Prasetyo", "Widodo", "Lubis", "Siregar",
    "Harahap", "Tanjung", "Chaniago", "Piliang", "Koto", "Syafrudin", "Erniwati", "Gustina", "Mulyadi",
    "Rosdiana", "Sumarni", "Supriyadi", "Taufik", "Yulianti", "Zahra", "Anwar", "Basri", "Darmawan",
    "Fauzan", "Gunawan", "Iskandar", "Jamaludin", "Lestari", "Mardiana", "Nasution",
)  # fmt: skip
FIRST = (
    "Siti", "Bambang", "Andi", "Rina", "Dewi", "Budi", "Agus", "Yuni", "Fitri", "Ahmad", "Muhammad",
    "Sri", "Nur", "Eko", "Dwi", "Tri", "Wahyu", "Indah", "Bunga", "Cahaya", "Bintang", "Surya", "Mega",
    "Intan", "Melati", "Putri", "Rizki", "Yusuf", "Hasan", "Lukman", "Fatimah", "Khadijah", "Rudi",
    "Joko", "Slamet", "Wati", "Yanti", "Ani", "Adi", "Edi", "Evi", "Ida", "Ita", "Umi", "Uli",
)  # fmt: skip
BEFORE = ("", "", "", "Drs. ", "Dra. ", "dr. ", "Ir. ", "H. ", "Hj. ", "Drs. H. ", "Prof. Dr. ")
AFTER = (
    "",
    "",
    ", S.Sos",
    ", M.Si",
    ", S.E., M.M.",
    ", SH, MH",
    ", S.Kom., M.Kom",
    ", A.Md",
    ", S.ST.Pi",
    ", Ph.D",
)

PRAISE = (
    "Materi sangat bagus dan mudah dipahami", "pelatihannya bermanfaat sekali",
    "penyampaian jelas dan runtut", "ruangan panas, pendingin perlu diperbaiki",
    "waktu terlalu singkat", "modul dikirim terlambat", "Praktik lebih banyak daripada teori",
    "mohon diadakan lagi tahun depan", "konsumsi cukup", "jaringan lambat",
    "suasana belajar menyenangkan", "contoh kasus sesuai dengan tugas kami",
    "layanan izin menjadi lebih cepat",
)  # fmt: skip
KEPT = (
    "taman di depan gedung indah dan rapi", "bunga di meja narasumber layu",
    "cahaya di ruangan kurang terang", "semangat peserta luar biasa, surya bersinar terang",
    "bintang lima untuk panitia", "awal yang baik", "budi pekerti dan sikap santun diajarkan",
    "harapan kami maju dan mandiri", "setia melayani masyarakat", "kegiatan selesai pagi hari",
    "nilai 85,5 dari 100", "jadwal 04/03/2025 - 06/03/2025", "pukul 08.00-10.00", "tahun 2024-2025",
    "anggaran Rp 1.250.000.000", "nilai saya 80 85 90 75", "kelas 3 lantai 2 ruang 201",
    "Taman Bunga dekat kantor", "12-14/03/2025 di aula", "Perda Nomor 12 Tahun 2023",
    "Kepala Dinas hadir", "Intan dan melati adalah nama ruang", "mega proyek jalan lingkar",
    "putri malu tumbuh di halaman", "hasil 7/10", "skor 90/100", "Bapak dan Ibu peserta",
    "ibu kota provinsi", "Bu Camat dan Pak Lurah",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A piece of a comment: ``private`` is what must not be left of it, empty where all of it must stay."""

    kind: str
    text: str
    private: tuple[str, ...] = ()


def make_names(chance: random.Random, count: int) -> list[str]:
    """Names as a table of participants has them: one to three words, with and without titles."""
    names = []
    for _ in range(count):
        words = [chance.choice(FIRST), *chance.sample(GIVEN, chance.choice((1, 1, 1, 2)))]
        names.append(chance.choice(BEFORE) + " ".join(words) + chance.choice(AFTER))
    return names


def bare(name: str) -> list[str]:
    """The words of a made name without its titles."""
    return [word for word in name.partition(",")[0].split() if "." not in word]


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def make_nip(chance: random.Random) -> Part:
    born = f"{chance.randint(1966, 2000)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    since = f"{chance.randint(2001, 2024)}{chance.choice(['01', '03', '12', '21'])}"
    sex, serial = chance.choice("12"), f"{chance.randint(1, 99):03d}"
    form = chance.choice(("{}{}{}{}", "{} {} {} {}", "{}.{}.{}.{}", "{}-{}-{}-{}", "{} {}{}{}"))
    shown = form.format(born, since, sex, serial)
    return Part(
        "NIP",
        chance.choice(("NIP {}", "NIP. {}", "NIP:{}", "NIP{}", "{}", "nip saya {}")).format(shown),
        (shown,),
    )


def make_nik(chance: random.Random) -> Part:
    digits = "1" + _digits(chance, 15)
    form = chance.choice(
        (
            digits,
            f"{digits[:6]} {digits[6:12]} {digits[12:]}",
            f"{digits[:4]}.{digits[4:8]}.{digits[8:12]}.{digits[12:]}",
        )
    )
    return Part("NIK", chance.choice(("NIK {}", "KTP {}", "nik: {}")).format(form), (form,))


def make_phone(chance: random.Random) -> Part:
    middle, last = _digits(chance, 4), _digits(chance, chance.choice((3, 4)))
    shown = chance.choice(
        (
            f"0812{middle}{last}",
            f"0812-{middle}-{last}",
            f"0812 {middle} {last}",
            f"+62812{middle}{last}",
            f"+62 812-{middle}-{last}",
            f"62812{middle}{last}",
            f"(0751) {middle}{last}",
            f"0813.{middle}.{last}",
            f"812{middle}{last}",
            f"+62 (812) {middle} {last}",
            f"0812 – {middle} – {last}",
            f"0751-{middle}{last}",
        )
    )
    return Part(
        "phone",
        chance.choice(("WA {}", "hp {}", "hubungi {} ya", "telp. {}", "wa{}", "{}")).format(shown),
        (shown,),
    )


def make_mail(chance: random.Random) -> Part:
    between, behind = chance.choice((".", "_", "")), chance.choice(("", "87"))
    who = f"{chance.choice(FIRST)}{between}{chance.choice(GIVEN)}{behind}".lower()
    place = chance.choice(("gmail.com", "bukittinggikota.go.id", "yahoo.co.id", "bkpsdm.tangselkota.go.id"))
    spelled = place.replace(".", " dot ")
    shown = chance.choice(
        (f"{who}@{place}", f"{who}@{place}.", f"{who.upper()}@{place.upper()}", f"{who} @ {place}",
         f"{who}(at){place}", f"{who}[at]{place.replace('.', '[dot]')}", f"{who} at {spelled}")
    )  # fmt: skip
    return Part(
        "e-mail", chance.choice(("email {}", "surel: {}", "kirim ke {}", "<{}>")).format(shown), (who,)
    )


def make_name(chance: random.Random, names: list[str]) -> Part:
    """A person of the table, in one of the ways in which people write of each other."""
    name = chance.choice(names)
    words = bare(name)
    first, last = words[0], words[-1]
    kind, shown, private = chance.choice(
        (
            ("full name", " ".join(words), words),
            ("full name", " ".join(words).upper(), words),
            ("full name, small letters", " ".join(words).lower(), words),
            ("full name with titles", name, words),
            ("first and last name", f"{first} {last}", (first, last)),
            (
                "addressed by first name",
                f"{chance.choice(('Pak', 'Bu', 'Ibu', 'Bapak', 'Mbak'))} {first}",
                (first,),
            ),
            (
                "addressed, small letters",
                f"{chance.choice(('pak', 'bu', 'mas', 'mbak'))} {last.lower()}",
                (last,),
            ),
            ("last name alone", last, (last,)),
            ("first name alone", first, (first,)),
            ("first name, small letters", first.lower(), (first,)),
            ("initial and last name", f"{first[0]}. {last}", (last,)),
            ("first name and initial", f"{first} {last[0]}.", (first,)),
        )
    )
    return Part(
        kind, f"{chance.choice(('terima kasih', 'bersama', 'menurut', 'oleh'))} {shown}", tuple(private)
    )


def make_comments(seed: int, count: int) -> tuple[list[str], list[list[Part]]]:
    """The names of the table, and comments as lists of their parts."""
    chance = random.Random(seed)  # noqa: S311 - made text
    names = make_names(chance, 120)
    private: tuple[Callable[[], Part], ...] = (
        lambda: make_nip(chance), lambda: make_nik(chance), lambda: make_phone(chance),
        lambda: make_mail(chance),
        lambda: make_name(chance, names), lambda: make_name(chance, names), lambda: make_name(chance, names),
    )  # fmt: skip
    comments = []
    for _ in range(count):
        parts = [Part("praise", chance.choice(PRAISE)), Part("harmless", chance.choice(KEPT))]
        parts += [chance.choice(private)() for _ in range(chance.randint(0, 2))]
        chance.shuffle(parts)
        comments.append(parts)
    return names, comments


def measure(seed: int = 1, count: int = 4_000) -> tuple[dict[str, float], float]:
    """Recall by kind of what is private, and the share of harmless parts that stayed word for word."""
    names, comments = make_comments(seed, count)
    scrubber = Scrubber(names)
    asked, taken = Counter[str](), Counter[str]()
    kept = harmless = 0
    for parts in comments:
        scrubbed = scrubber.scrub(", ".join(part.text for part in parts))
        words = scrubbed.casefold()
        for part in parts:
            if part.private:
                asked[part.kind] += 1
                taken[part.kind] += not any(_is_left(piece, words, parts) for piece in part.private)
            else:
                harmless += 1
                kept += part.text.casefold() in words
    return {kind: taken[kind] / asked[kind] for kind in sorted(asked)}, kept / harmless


def _is_left(piece: str, words: str, parts: list[Part]) -> bool:
    """Whether something private is still there, other than where it is a common word of a harmless part."""
    found = re.compile(rf"(?<!\w){re.escape(piece.casefold())}(?!\w)")
    allowed = sum(len(found.findall(part.text.casefold())) for part in parts if not part.private)
    return len(found.findall(words)) > allowed


def main() -> None:
    """Print recall by kind, and precision."""
    recall, precision = measure()
    for kind, share in recall.items():
        print(f"{kind:28} {share:7.3f}")
    print(f"{'harmless parts that stayed':28} {precision:7.3f}")


if __name__ == "__main__":
    main()
