"""How common names in Arabic letters are usually written in Latin ones: common knowledge, for short vowels are not written."""

from collections.abc import Mapping

_ROWS = """
محمد MOHAMMED · أحمد AHMED · محمود MAHMOUD · حسن HASSAN · حسين HUSSEIN · علي ALI · عمر OMAR · عثمان OTHMAN
خالد KHALED · سعيد SAID · سعد SAAD · صالح SALEH · صلاح SALAH · إبراهيم IBRAHIM · إسماعيل ISMAIL · إسحاق ISHAQ
يوسف YOUSEF · يعقوب YAQOUB · يونس YOUNES · يحيى YAHYA · عيسى ISSA · موسى MUSA · هارون HAROUN · داود DAWOOD
سليمان SULEIMAN · زكريا ZAKARIA · إدريس IDRIS · إلياس ELIAS · آدم ADAM · نوح NOUH · عبد ABD · الله ALLAH
عبدالله ABDULLAH · عبيد OBAID · عبيدالله OBAIDULLAH · نصرالله NASRALLAH · أبو ABU · أبا ABA · أبي ABI · بن BIN
ابن IBN · بنت BINT · أم UMM · آل AL · ال AL · رحمن RAHMAN · رحيم RAHIM · كريم KARIM · رشيد RASHID · حميد HAMID
حامد HAMED · ماجد MAJED · مجيد MAJID · جمال JAMAL · كمال KAMAL · جلال JALAL · بلال BILAL · طارق TARIQ
فاطمة FATIMA · عائشة AISHA · مريم MARYAM · خديجة KHADIJA · زينب ZAINAB · ليلى LAYLA · نور NOUR · أمين AMIN
أمير AMIR · أنور ANWAR · أسامة OSAMA · أيمن AYMAN · باسم BASSEM · بشير BASHIR · بكر BAKR · حمزة HAMZA
حيدر HAIDER · رضا REZA · زيد ZAID · سالم SALEM · سامي SAMI · شريف SHARIF · طاهر TAHER · عادل ADEL · عباس ABBAS
عزيز AZIZ · عمرو AMR · غازي GHAZI · فهد FAHD · فيصل FAISAL · قاسم QASSEM · مصطفى MUSTAFA · منصور MANSOUR
مهدي MAHDI · ناصر NASSER · هاشم HASHEM · وليد WALID · ياسر YASSER · ياسين YASSIN · جعفر JAFAR · كاظم KAZEM
صادق SADEQ · سيد SAYED · شيخ SHEIKH · حاج HAJJ · مسعود MASOUD · مجتبى MOJTABA · مرتضى MORTEZA · أكبر AKBAR
أصغر ASGHAR · غلام GHULAM · خان KHAN · شاه SHAH · بيگم BEGUM · سنگھ SINGH · اقبال IQBAL · عمران IMRAN
بهرام BAHRAM · شهرام SHAHRAM · بهزاد BEHZAD · پرویز PARVIZ · رستم ROSTAM · سهراب SOHRAB · ژاله ZHALEH · گل GUL
محسن MOHSEN · مهرداد MEHRDAD
"""

_ALIKE = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ۃ": "ه"})
_SIGNS = dict.fromkeys([*range(0x064B, 0x0653), 0x0670, 0x0640])


def key_of(word: str) -> str:
    """The word without vowel signs, and with letters alike that writers do not keep apart."""
    return word.translate(_SIGNS).translate(_ALIKE)


USUAL_NAMES: Mapping[str, str] = {
    key_of(arabic): latin for row in _ROWS.strip().splitlines() for arabic, latin in (pair.split() for pair in row.split("·"))
}
"""By `key_of`."""
