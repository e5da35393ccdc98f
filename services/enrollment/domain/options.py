"""What can be chosen in a dossier, in Chinese and English (DOS-01)."""

from __future__ import annotations

from services.kit.forms import Option, options

SEXES = options(male=("男", "Male"), female=("女", "Female"))
POLITICAL = options(
    party_member=("中共党员", "Member of the CPC"),
    probationary=("中共预备党员", "Probationary member of the CPC"),
    league_member=("共青团员", "Member of the Communist Youth League"),
    other_party=("民主党派", "Member of another democratic party"),
    masses=("群众", "No party"),
)
APPLICANT_TYPES = options(
    own_unit=("本单位培训", "Employed by the base"),
    other_unit=("外单位送培", "Sent by another employer"),
    social=("社会化", "Without employer"),
    degree_student=("专业学位研究生", "Professional degree student"),
)
_ETHNICITIES = (
    "汉族 Han,蒙古族 Mongol,回族 Hui,藏族 Tibetan,维吾尔族 Uygur,苗族 Miao,彝族 Yi,壮族 Zhuang,布依族 Buyei,"
    "朝鲜族 Korean,满族 Manchu,侗族 Dong,瑶族 Yao,白族 Bai,土家族 Tujia,哈尼族 Hani,哈萨克族 Kazak,傣族 Dai,黎族 Li,"
    "傈僳族 Lisu,佤族 Va,畲族 She,高山族 Gaoshan,拉祜族 Lahu,水族 Sui,东乡族 Dongxiang,纳西族 Naxi,景颇族 Jingpo,"
    "柯尔克孜族 Kirgiz,土族 Tu,达斡尔族 Daur,仫佬族 Mulao,羌族 Qiang,布朗族 Blang,撒拉族 Salar,毛南族 Maonan,"
    "仡佬族 Gelao,锡伯族 Xibe,阿昌族 Achang,普米族 Pumi,塔吉克族 Tajik,怒族 Nu,乌孜别克族 Uzbek,俄罗斯族 Russian,"
    "鄂温克族 Ewenki,德昂族 Deang,保安族 Bonan,裕固族 Yugur,京族 Gin,塔塔尔族 Tatar,独龙族 Derung,鄂伦春族 Oroqen,"
    "赫哲族 Hezhen,门巴族 Monba,珞巴族 Lhoba,基诺族 Jino,其他 Other"
)
ETHNICITIES = tuple(
    Option(name, name, english) for name, english in (entry.split(" ") for entry in _ETHNICITIES.split(","))
)
"""The nationalities of GB/T 3304 by their names; the name is the code, as everybody writes it."""

LEVELS = options(
    doctor=("博士", "Doctorate"),
    master=("研究生", "Postgraduate"),
    bachelor=("本科", "Undergraduate"),
    junior_college=("大专", "Junior college"),
    secondary=("中专", "Secondary vocational"),
)
"""The five levels of education, highest first."""
DIPLOMAS = {
    "doctor": options(doctor=("博士研究生", "Doctoral graduate")),
    "master": options(master=("硕士研究生", "Master's graduate"), postgraduate=("研究生班", "Postgraduate class")),
    "bachelor": options(bachelor=("大学本科", "Bachelor's graduate"), second=("第二学士学位", "Second bachelor's")),
    "junior_college": options(junior_college=("大学专科", "Junior college"), higher=("高职", "Higher vocational")),
    "secondary": options(secondary=("中等专科", "Secondary specialised"), vocational=("中职", "Secondary vocational")),
}
"""What a level may end with."""
DEGREES = options(
    none=("无学位", "None"), bachelor=("学士", "Bachelor"), master=("硕士", "Master"), doctor=("博士", "Doctor")
)

LICENCE_LEVELS = options(
    physician=("执业医师", "Licensed physician"), assistant=("执业助理医师", "Licensed assistant physician")
)
LICENCE_CATEGORIES = options(
    clinical=("临床", "Clinical"),
    dental=("口腔", "Dental"),
    public_health=("公共卫生", "Public health"),
    traditional=("中医", "Traditional Chinese medicine"),
)
LANGUAGE_EXAMS = options(
    none=("未参加外语等级考试", "No language examination taken"),
    english=("英语", "English"),
    other=("其他语种", "Another language"),
)
ENGLISH_LEVELS = options(
    none=("未通过", "Not passed"),
    cet4=("大学英语四级", "CET-4"),
    cet6=("大学英语六级", "CET-6"),
    tem4=("英语专业四级", "TEM-4"),
    tem8=("英语专业八级", "TEM-8"),
    pets=("全国英语等级考试", "PETS"),
    ielts=("雅思", "IELTS"),
    toefl=("托福", "TOEFL"),
    other=("其他", "Other"),
)

HOSPITAL_LEVELS = options(
    tertiary=("三级", "Tertiary"),
    secondary=("二级", "Secondary"),
    primary=("一级", "Primary"),
    unrated=("未定级", "Unrated"),
)
HOSPITAL_GRADES = options(
    special=("特等", "Special grade"),
    grade_a=("甲等", "Grade A"),
    grade_b=("乙等", "Grade B"),
    grade_c=("丙等", "Grade C"),
    unrated=("未定等", "Ungraded"),
)
INSTITUTION_CATEGORIES = options(
    general=("综合医院", "General hospital"),
    traditional=("中医医院", "Hospital of traditional Chinese medicine"),
    integrated=("中西医结合医院", "Hospital of integrated medicine"),
    specialised=("专科医院", "Specialised hospital"),
    maternal=("妇幼保健院", "Maternal and child health hospital"),
    community=("社区卫生服务中心（站）", "Community health centre"),
    township=("乡镇卫生院", "Township health centre"),
    disease_control=("疾病预防控制中心", "Centre for disease control"),
    other=("其他医疗卫生机构", "Other institution"),
)
AFFILIATIONS = options(
    central=("中央属", "Central"),
    provincial=("省（自治区、直辖市）属", "Provincial"),
    municipal=("市（地、州）属", "Municipal"),
    county=("县（区）属", "County"),
    township=("乡镇（街道）属", "Township"),
    military=("军队", "Military"),
    other=("其他", "Other"),
)
BRANCHES = options(
    army=("陆军", "Army"),
    navy=("海军", "Navy"),
    air_force=("空军", "Air Force"),
    rocket_force=("火箭军", "Rocket Force"),
    logistics=("联勤保障部队", "Joint Logistic Support Force"),
    armed_police=("武警部队", "Armed Police"),
    other=("其他", "Other"),
)
_PROVINCES = (
    "11 北京市 Beijing,12 天津市 Tianjin,13 河北省 Hebei,14 山西省 Shanxi,15 内蒙古自治区 Inner Mongolia,"
    "21 辽宁省 Liaoning,22 吉林省 Jilin,23 黑龙江省 Heilongjiang,31 上海市 Shanghai,32 江苏省 Jiangsu,"
    "33 浙江省 Zhejiang,34 安徽省 Anhui,35 福建省 Fujian,36 江西省 Jiangxi,37 山东省 Shandong,41 河南省 Henan,"
    "42 湖北省 Hubei,43 湖南省 Hunan,44 广东省 Guangdong,45 广西壮族自治区 Guangxi,46 海南省 Hainan,"
    "50 重庆市 Chongqing,51 四川省 Sichuan,52 贵州省 Guizhou,53 云南省 Yunnan,54 西藏自治区 Tibet,61 陕西省 Shaanxi,"
    "62 甘肃省 Gansu,63 青海省 Qinghai,64 宁夏回族自治区 Ningxia,65 新疆维吾尔自治区 Xinjiang,"
    "66 新疆生产建设兵团 Xinjiang Production and Construction Corps"
)
PROVINCES = tuple(Option(*entry.split(" ", 2)) for entry in _PROVINCES.split(","))
"""Provinces by their two digits of GB/T 2260, and the corps in Xinjiang, which trains by itself."""
