"""Invented names and addresses for the demo's people, in the scripts of their places."""

from typing import NamedTuple


class Place(NamedTuple):
    """How people of one place are named, reached and written to.

    Numbers lie in ranges that regulators keep for fiction where there are such (US, GB, FR, DE);
    elsewhere they begin like no assigned number.
    """

    country: str
    region: str
    share: int
    """People out of 5,000."""
    locales: tuple[str, ...]
    families: tuple[tuple[str, str], ...]
    givens: tuple[tuple[str, str], ...]
    order: str
    """How a full name is put together from {family} and {given}."""
    phone: str
    """Pattern; {n} is a number of four digits, {s} one of two."""
    street: str
    """Pattern of the lines after the name; {n} is a house number."""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return (as written, in ASCII) for each `written/ascii` of a list."""
    return tuple((word.split("/")[0], word.split("/")[-1].lower()) for word in text.split())


_ENGLISH_FAMILIES = _pairs(
    "Ashby Barlow Copeland Dunmore Ellery Fairbank Garnet Holloway Ives Kendrick Lockhart Merriam"
)
_ENGLISH_GIVENS = _pairs("Abigail Brendan Clara Desmond Edith Felix Gwen Harvey Imogen Jasper Nora")
_SPANISH_FAMILIES = _pairs("Núñez/nunez Peñaloza/penaloza Ybarra Quiñones/quinones Ávila/avila")
_CHINESE_FAMILIES = _pairs(
    "王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 赵/zhao 黄/huang 欧阳/ouyang 司马/sima"
)
_CHINESE_GIVENS = _pairs(
    "晓雨/xiaoyu 子涵/zihan 建国/jianguo 丽华/lihua 志强/zhiqiang 雪/xue 明轩/mingxuan 海涛/haitao"
)

PLACES = (
    Place(
        "CN", "", 1870, ("zh-Hans", "zh-Hans", "zh-CN", "en"), _CHINESE_FAMILIES, _CHINESE_GIVENS,
        "{family}{given}", "+86 100 00{s} {n}", "示例路{n}号\n深圳市 000000\n中国",
    ),
    Place(
        "DE", "", 500, ("de", "de-DE", "de", "en"),
        _pairs("Müller/mueller Krüger/krueger Weiß/weiss Lindqvist Oßwald/osswald Brandt"),
        _pairs("Jürgen/juergen Anke Björn/bjoern Käthe/kaethe Lutz Sören/soeren Heike"),
        "{given} {family}", "+49 30 23125 0{s}",
        "Musterstraße {n}\n00000 Beispielstadt\nDeutschland",
    ),
    Place(
        "FR", "", 350, ("fr", "fr-FR", "fr"),
        _pairs("Lefèvre/lefevre Garçon/garcon D’Aubigny/daubigny Noël/noel Perrault"),
        _pairs("Éloïse/eloise François/francois Agnès/agnes Zoé/zoe Rémi/remi Hélène/helene"),
        "{given} {family}", "+33 1 99 00 {s} {s}",
        "{n} rue de l’Exemple\n00000 Exempleville\nFrance",
    ),
    Place(
        "GB", "", 450, ("en-GB", "en-GB", "en"),
        (*_ENGLISH_FAMILIES, ("O’Rourke", "orourke"), ("Siân-Rhys", "sianrhys")), _ENGLISH_GIVENS,
        "{given} {family}", "+44 20 7946 0{s}0",
        "{n} Sample Lane\nExampleton EX0 0XX\nUnited Kingdom",
    ),
    Place(
        "US", "CA", 350, ("en-US", "en", "en", "es"), (*_ENGLISH_FAMILIES, *_SPANISH_FAMILIES),
        _ENGLISH_GIVENS, "{given} {family}", "+1 415 555 01{s}",
        "{n} Example Ave\nSampleton, CA 00000\nUSA",
    ),
    Place(
        "US", "TX", 250, ("en-US", "en", "es"), (*_ENGLISH_FAMILIES, *_SPANISH_FAMILIES),
        _ENGLISH_GIVENS, "{given} {family}", "+1 512 555 01{s}",
        "{n} Example Blvd\nSampleton, TX 00000\nUSA",
    ),
    Place(
        "US", "NY", 250, ("en-US", "en"), _ENGLISH_FAMILIES, _ENGLISH_GIVENS,
        "{given} {family}", "+1 212 555 01{s}", "{n} Example St\nSampleton, NY 00000\nUSA",
    ),
    Place(
        "JP", "", 300, ("ja", "ja-JP", "ja"),
        _pairs("佐藤/sato 鈴木/suzuki 高橋/takahashi 渡邉/watanabe 小林/kobayashi 五十嵐/igarashi"),
        _pairs("花子/hanako さくら/sakura 健太/kenta ひろし/hiroshi 美咲/misaki ユウキ/yuki"),
        "{family} {given}", "+81 00 00{s} {n}", "見本町{n}番地\n例市 000-0000\n日本",
    ),
    Place(
        "SG", "", 150, ("en", "zh-Hans", "en"),
        _pairs("Tan Lim Ng Rahman Pillai Wong"), _pairs("Mei Jun Aisyah Kumar Hui Farid"),
        "{given} {family}", "+65 00{s} {n}", "{n} Example Road\nSingapore 000000",
    ),
    Place(
        "KR", "", 250, ("ko", "ko-KR", "ko"),
        _pairs("김/kim 이/lee 박/park 최/choi 정/jeong 남궁/namgung"),
        _pairs("서연/seoyeon 민준/minjun 지우/jiwoo 하은/haeun 도윤/doyun 수빈/subin"),
        "{family}{given}", "+82 00 00{s} {n}", "예시로 {n}\n예시시 00000\n대한민국",
    ),
    Place(
        "BR", "", 250, ("pt-BR", "pt-BR", "pt"),
        _pairs("Gonçalves/goncalves Araújo/araujo Conceição/conceicao Simões/simoes"),
        _pairs("João/joao Antônia/antonia Luís/luis Inês/ines Sebastião/sebastiao Cecília/cecilia"),
        "{given} {family}", "+55 00 00{s} {n}",
        "Rua Exemplo, {n}\n00000-000 Exemplópolis\nBrasil",
    ),
    Place(
        "", "", 30, ("en", ""), _ENGLISH_FAMILIES, _ENGLISH_GIVENS,
        "{given} {family}", "+1 212 555 01{s}", "{n} Example Road\nSampleton",
    ),
)  # fmt: skip
