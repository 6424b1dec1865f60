/// Words that names are made of. All firms and persons made from them are fictional.
enum Vocabulary {
  static let companyCities: StaticString = """
    深圳市 杭州 广州市 宁波 义乌市 上海 厦门 郑州 东莞市 苏州 青岛 成都 重庆 福州 泉州 金华市 佛山市 \
    天津 武汉 长沙 合肥 南京 中山市 珠海 温州 绍兴 汕头市 西安 昆明 南宁
    """
  static let companyFirst: StaticString = """
    云帆 星海 远航 百川 金桥 鸿途 丝路 瑞丰 海纳 天行 卓越 启明 东方 万邦 智联 众诚 蓝鲸 飞鱼 青禾 木棉 \
    锦程 优品 乐购 汇通 恒信 博雅 嘉禾 盛世 宏图 晨曦 北辰 南风 逸飞 凌云 聚贤 同舟 新锐 华耀 白鹭 凤凰
    """
  static let companySecond: StaticString = """
    达 通 泰 源 祥 和 盛 兴 隆 顺 捷 联 创 美 佳 诚 信 邦 宇 辉 睿 科 迅 腾 跃 昌 益 恩 尚 品
    """
  /// 64, all different: the number of a person's surname is six bits.
  static let surnames: StaticString = """
    王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 \
    袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 欧阳
    """
  static let givenNames: StaticString = """
    伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀 霞 平 刚 桂 英 华 玉 兰 文 建 国 志 海 燕 \
    鑫 宇 浩 然 子 轩 梓 涵 欣 怡 雨 桐 思 远 佳 琪 晨 曦 俊 豪 博 嘉 雪 梅 春 晓 东 鹏 飞 龙 云 帆
    """
  /// District code, then province, city and district.
  static let districts: StaticString = """
    110105 北京市朝阳区 110108 北京市海淀区 310115 上海市浦东新区 310112 上海市闵行区 \
    440305 广东省深圳市南山区 440306 广东省深圳市宝安区 440106 广东省广州市天河区 440111 广东省广州市白云区 \
    330106 浙江省杭州市西湖区 330108 浙江省杭州市滨江区 330206 浙江省宁波市北仑区 330782 浙江省金华市义乌市 \
    320505 江苏省苏州市虎丘区 320106 江苏省南京市鼓楼区 350203 福建省厦门市思明区 370202 山东省青岛市市南区 \
    410105 河南省郑州市金水区 420106 湖北省武汉市武昌区 430104 湖南省长沙市岳麓区 500112 重庆市渝北区 \
    510104 四川省成都市锦江区 610113 陕西省西安市雁塔区 120104 天津市南开区 340104 安徽省合肥市蜀山区
    """
  static let roads: StaticString = """
    星海路 云帆大道 望江东路 青禾街 木棉一路 白鹭洲路 丝路北街 远航路 金桥二路 晨曦巷 \
    鸿途大道 南风中路 凤凰山路 北辰西路 锦程街 海纳路 启明路 同舟路 百川大道 嘉禾南路
    """
  static let communities: StaticString = """
    云海花园 星河湾小区 翠竹苑 听涛居 锦绣江南 桃源里 梧桐公馆 碧水庄园 和风家园 蓝天公寓 \
    金色年华 书香门第 东篱小筑 半山雅居 江畔名邸 阳光新城
    """
  static let foreignPlatforms: StaticString = """
    GlobalBay WishTrail PolarMart SunBazaar Oceanic&amp;Co NordShop KiwiCart TokoRaya
    """
  static let goodsInfo: StaticString = "包裹 日用品 服装配件 电子配件 家居用品 食品 化妆品 母婴用品 玩具"

  /// Customs offices: the district's two digits and the office's two.
  static let customsOffices: StaticString = """
    5165 5141 3104 2992 2244 4604 8002 7908 3716 5349 5304 5208 2309 3500 4229 4301 3300 0122 0202 \
    7206
    """
  /// Where exports go, nearest market first.
  static let destinations: StaticString = """
    502 344 303 304 305 116 133 601 501 410 429 138 122 132 129 136 141 312 307 309 327 330 301 131 \
    145 412 244 105 112 609
    """
  /// Codes and names of the countries above and below, and of China.
  static let countryNames: StaticString = """
    105 文莱 112 印度尼西亚 116 日本 122 马来西亚 129 菲律宾 131 沙特阿拉伯 132 新加坡 133 韩国 136 泰国 \
    138 阿联酋 141 越南 142 中国 145 哈萨克斯坦 244 南非 301 比利时 302 丹麦 303 英国 304 德国 305 法国 \
    307 意大利 309 荷兰 312 西班牙 327 波兰 330 瑞典 331 瑞士 344 俄罗斯联邦 410 巴西 412 智利 429 墨西哥 \
    501 加拿大 502 美国 601 澳大利亚 609 新西兰
    """
  /// Districts of the customs offices.
  static let customsDistricts: StaticString = """
    01 北京关区 02 天津关区 22 上海关区 23 南京关区 29 杭州关区 31 宁波关区 33 合肥关区 35 福州关区 37 厦门关区 \
    42 青岛关区 43 济南关区 46 郑州关区 51 广州关区 52 黄埔关区 53 深圳关区 72 南宁关区 79 成都关区 80 重庆关区
    """
  /// Units of the assortment.
  static let unitNames: StaticString = """
    001 台 006 套 007 个 008 只 010 张 011 件 012 支 015 条 016 把 017 块 025 双 026 对 035 千克 095 升 122 罐 \
    125 包 132 本 136 袋 140 盒 142 瓶
    """
  /// Where imported goods come from.
  static let origins: StaticString = "116 133 502 601 609 304 305 303 331 136 307 309 501 302"
}
