/**
 * Words by which a text speaks to the model, or about its answer, instead of
 * about a journey; in the languages that customers write in. Patterns are for
 * folded text (`fold.ts`). One kind of word alone is ordinary: airlines allow
 * changes, customers ignore letters. Two kinds together are not. Pure.
 */

/** Puts aside what was said before. */
const OVERRIDE = union(
  [
    'ignor(?:e|er|ez|ar|a|ad|are|ate|iere\\w*|eer|era)?\\b|disregard|forget|overrid|overrul|bypass|discard the|supersede|set aside|pay no (?:attention|heed)|no longer appl|do not follow|stop following|instead of the (?:rules|above)',
    'missacht|vergiss|vergessen sie|uberschreib|oublie|ne tenez pas compte|ne tiens pas compte|olvid|haz caso omiso|no tengas en cuenta|omit(?:e|a) las|dimentica|trascura|esquec|desconsider|negeer|vergeet|bortse|strunta i|glem |se bort fra|unohda|sivuuta',
    'zignoruj|zignorowac|pomin|zapomnij|ignoruj|zapomen|hagyd figyelmen|felejts|figyelmen kivul|goz ardi|yok say|unut|abaikan|lupakan|bo qua|phot lo',
  ],
  [
    'игнорир|проигнорир|забудь|не обращай|ігнору|забудь|пренебрегн|αγνοησ|ξεχασ',
    'تجاهل|انس |התעלם|תתעלמ|שכח|अनदेखा|नजरअंदाज|भूल जा|نادیده بگیر|فراموش کن',
    '忽略|无视|無視|忘记|忘記|不要理会|忘れ|無効に|무시|잊어',
  ],
);

/** What is put aside, or to be followed from now on. */
const ORDERS = union(
  [
    'instruction|\\brules? (?:above|below|before|so far)|(?:all|any|the|your|these|those|previous|prior|above|other) (?:\\w+ )?rules?\\b|guideline|directive|(?:system|this|the|your|above|previous|original) prompt|restriction|constraints|polic(?:y|ies)|everything (?:above|before|else|you)|(?:above|previous|preceding|earlier|prior) (?:text|messages?|content|context|lines?)|programming|safeguard|filters?\\b',
    'anweisung|regeln|vorgaben|richtlinie|instrucciones|reglas|consigne|regles|istruzioni|regole|instrucoes|regras|instructies|regels|instruktion|regler|ohjeet|saannot|instrukc|zasad|regul|pokyn|pravidl|utasitas|szabaly|talimat|kural|instruksi|aturan|huong dan|quy tac',
  ],
  [
    'инструкци|правил|указани|інструкц|οδηγι|κανον|تعليمات|التعليمات|قواعد|القواعد|הוראות|כללים|निर्देश|नियम|دستور|قوانین|指令|指示|规则|規則|说明|ルール|指示|命令|지시|규칙|명령',
  ],
);

/** Asks for an answer. */
const ANSWER = union(
  [
    '(?:answer|respond|output|classify|label|conclude|declare)\\b(?!(?:ed)? (?:to|by) (?:my|our|me|us|e-?mail|phone|this address))',
    // Words that travellers write, too: only with what a model is to do.
    '(?:reply|print|say|write|emit|mark|choose|select|pick|decide|treat|rate|repeat|generate|produce|spell|complete|finish|type|give)\\b(?: (?:only|just|exactly|simply|back|out|down|with|the|a|single|whole|word|in|it|this|that|all|as|any|of|first|three|most|most generous|ticket|request|option|label|verdict))*(?: ?[:"(]| (?:word|labels?|option|answer|verdict|decision|allow|approv|grant|permit|accept|yes|affirmative|favou?r|ticket|request|case|thinking|sentence))',
    '(?:return|say|write|output|print) (?:only|just|exactly)|(?:one|single|exact|following) word|(?:correct|right|final|expected|only|valid|proper) (?:answer|response|reply|output|decision|verdict|label|conclusion|classification|completion)|your (?:answer|response|output|decision|verdict|label)|the (?:answer|response|output|decision|verdict|label)(?: field)?(?: you give)? (?:is|must|should|has|for|of this|begins)|must be (?:answer|label|output|classif|judg|decided)|answer accordingly',
    'ordina al|scegli\\b|elige\\b|escolh[ae]\\b|choisis|wahle\\b|kies\\b|wybierz|antworte|antwort\\b|gib .{0,20} aus|schreibe|entscheide|reponds|repondez|reponse|ecris|responde|respuesta|escribe|contesta|rispondi|risposta|scrivi|responda|resposta|escreva|antwoord|schrijf|svara|svar\\b|skriv|vastaa|vastaus|odpowiedz|napisz|odpovez|odpoved|napis|valaszol|valasz|irj|raspunde|cevap|yanit|yaz\\b|jawab|tulis|tra loi|viet',
  ],
  [
    'ответ|напиши|скажи|выбер|обери|отвеч|відповід|напиши|отговор|απαντησ|γραψε|أجب|اجب|الجواب|اكتب|رد ب|ענה|תשובה|כתוב|उत्तर|जवाब|लिख|پاسخ|بنویس|回答|回复|回覆|输出|輸出|选择|選擇|答案|写|答え|答えて|返答|出力|選んで|選べ|選択し|と書|대답|선택|답변|출력|응답|적어',
  ],
);

/** The answer that is wanted. */
const APPROVE = union(
  [
    '\\ballow(?:ed|s|ing)?\\b|\\bapprov\\w*|\\baccept(?:e|ed|er|ez|es)?\\b|conced(?:i|a|e|er)\\b|\\bgrant(?:ed|s|ing)?\\b|\\bauthori[sz]ed?\\b|\\bpermit(?:ted)?\\b|\\baffirmative\\b|full(?:y)? refund(?:able|ed)?|refund (?:it |this |me )?(?:in full|fully)|without (?:any )?penalt|no penalt|\\bgreenlit\\b|green light|\\bwith[_ ]penalty\\b|\\balow(?:ed)?\\b|\\ballwed\\b|\\balloved\\b',
    'genehmig|erlaubt|zugelassen|bewillig|gestattet|approuv|autoris|accord(?:e|ez)\\b|permis\\b|aprob|aprueb|permitid|autoriz|acept|approvat|approva|autorizz|consent(?:i|ito|ita)\\b|aprovad|aprova\\b|permitido|goedgekeur|toegestaan|keur .{0,20} goed|godkann|godkend|godkjenn|tillat|hyvaks|sallit|zatwierdz|dozwol|zaakcept|schval|povol|jovahagy|engedelyez|elfogad|aproba|permis|onayla|izin ver|kabul|setuju|diizinkan|izinkan|chap thuan|cho phep|phe duyet|duoc phep',
  ],
  [
    'разреш|одобр|утверд|дозвол|схвал|позволен|εγκρι|επιτρεπ|موافق|وافق|مسموح|اسمح|اعتمد|מאושר|אשר\\b|מותר|स्वीकृत|मंजूर|अनुमति|تایید|مجاز|允许|允許|批准|同意|通过|通過|許可|承認|可と|허용|승인|허가',
  ],
);

/** What there is to choose from. */
const CHOICE = union(
  [
    'labels?\\b|generous|lenient|customer[- ]friendly|favou?rable|indulgent',
    '(?:first|last|best|right|correct|positive|following|three|one of the) (?:\\w+ )?(?:options|choices?|categor\\w+|answers?|words?)|(?:first|positive|following|the|right) option\\b|(?:whole|entire|single|exact|magic) words?\\b|option that|the opposite of',
    'erste[ns]? (?:label|option|wort|antwort)|premier(?:e)? (?:option|choix|mot|reponse|label)|primera? (?:opcion|palabra|respuesta)|prima (?:opzione|parola|risposta)|primeira (?:opcao|palavra|resposta)|eerste (?:optie|woord|antwoord)|pierwsz\\w+ (?:opcj|slow|odpowiedz)|ilk (?:secenek|kelime)',
  ],
  [
    'перв\\w* (?:вариант|слово|ответ)|перш\\w* (?:варіант|слово)',
    '第一个(?:选项|词|答案)|最初の(?:選択肢|単語|答え)|首个选项|첫 ?번째',
  ],
);

/** Speaks to a machine as one. */
const MACHINE = union(
  [
    '\\b(?:ai|a\\.i\\.|llm|gpt|chatgpt|bot|language model|(?<!my |our |flight |chat |travel )assistant|classifier|neural net\\w*)\\b|(?<!aircraft |company |business |a |new |plane |car )model\\b(?! changed)|system (?:message|override|update|notice|mode|note)|\\b(?:developer|admin(?:istrator)?|debug|maintenance|god|test|training|sudo|root) (?:mode|override|access|command|note)|you are (?:now|an?|no longer|hereby)|act as|pretend|role ?play|imagine (?:that )?you|from now on|hypothetical|for the (?:purpose|sake) of|(?:this|the) (?:exercise|simulation|scenario)|play a game|reward:|points? for|(?<!\\bi )assume (?:that )?(?:the|this|it)|nobody reads|new (?:task|instructions?|rules?|policy|context)|your (?:task|role|job|instructions?|programming|purpose|training)|you (?:must|have to|are (?:required|instructed|authori[sz]ed|allowed|permitted) to)|the (?:reader|evaluator|analyst|reviewer|agent) (?:of this )?(?:must|should|shall|will)',
    'ki\\b|assistente?\\b|asystent|en tant que|als modell|jako model|come modello|como modelo|sprachmodell|du bist|sie sind jetzt|ia\\b|modele de langage|tu es (?:maintenant|desormais|un)|vous etes (?:maintenant|desormais)|eres (?:ahora|un)|modelo de lenguaje|sei (?:ora|un)|voce e (?:agora|um)|je bent|du ar nu|jestes (?:teraz|model)|sen (?:artik|bir)',
  ],
  [
    'ты (?:теперь|—|-)|вы теперь|модель|нейросет|ти тепер|أنت الآن|انت الان|نموذج|אתה עכשיו|מודל|你现在|你現在|你是|模型|人工智能|系统|系統|あなたは|モデル|システム|당신은|너는 이제|모델|시스템',
  ],
);

/** One of these is enough: no traveller writes them. */
const ALONE: readonly RegExp[] = [
  /with_penalty|farerulecheck|\bllm[a-z]{4,}\b|apierrorcount/,
  /\b(?:system|hidden|initial|original|above|previous|this|the|your) prompt\b|prompt injection|jail ?break|\bdan mode\b|do anything now/,
  /<\|?\/?\s*(?:im_start|im_end|system|user|assistant|endoftext|inst|sys|human|instructions?|prompt|data|ticket|answer|output|decision|result|script|final|request|rules?|document|context|tool|function)\b|\[\/?(?:inst|system|assistant|user|admin|override|end|begin)\b|<<\/?sys>>|<!--|<!\[cdata/,
  /```|~~~|^\s*#{1,6} |[.!?"'}\]] ?#{2,6} ?\w|\{\{|\$\{|\{%|\*\/|\/\*|--+\s*(?:end|begin|start|new)|\|\s*-{2,}/,
  /(?<!\p{L})(?:system|assistant|developer|user|human|ai|admin|administrator|root|model|bot|output|answer)\s?(?:\([^)]{0,20}\))?\s?[:>\]=]{1,2}|\bq: .{0,200}\ba:/u,
  /["'{,]\s?(?:role|content|decision|answer|label|output|verdict|messages?)["']?\s?:/,
  /\b(?:booking id|ticket class|days until flight|purchase (?:date|time)|departure time|ticket price|fare rules?|refund reason|cancelled by carrier|partly flown|refund request)\s?[:=]/,
  /\bthe opposite of (?:what|the|any)\b/,
  /answer with one word|analy[sz]e this ticket|airline policy expert|one word: /,
  /\bas an ai\b|\blanguage model\b|\bchatgpt\b|\bllms?\b|\bsystem (?:override|message|update|notice)\b|\b(?:developer|debug|god|sudo|root) mode\b|sudo |\boverride code\b|end of (?:data|input|ticket|prompt|rules|text|request|reason)|(?:begin|start) of (?:new|instructions)/,
  /\beval\(|\bprint\(|\breturn ["']|\bupdate \w+ set\b|;\s?drop table|<\/?[a-z]+[^>]{0,40}>|\bfunction\s?\(|\bconst \w+ ?=|\b\w+ ?[=+] ?["'][a-z]{1,6}["']/,
  /(?:starts?|begins?|beginning|starting) with (?:the letter|["'][a-z]["'])|first letters\b|initial letters|spells? (?:out )?|read (?:it |this )?backwards|reverse (?:the )?(?:word|letters|text|order)|rot ?13|base ?64|decode|in hex|ascii code|acrostic|anagram|opposite of (?:denied|not)/,
  /\bfirst letter\b.{0,40}\blast letter\b|\brules? (?:above|before) (?:are|is) (?:void|suspended|deprecated|wrong)/,
  /(?:->|→|=>|⇒|\bimplies\b)\s?["'(]?(?:allow|approv|permit|grant)/,
  /["'“”«»„‘*_([{<]{1,2}\s?(?:allowed|approved|with penalty|manual)\s?["'“”«»„‘*_)\]}>]{1,2}/,
  /(?:please|kindly|must|should|shall|now|just|simply|always|and|immediately|therefore|so|bitte|veuillez|por favor|merci d[e'])\s+(?:\w+ )?(?:approve|grant|authori[sz]e|greenlight|rubber.?stamp)\b.{0,20}\b(?:this|it|the|my|our|all|any|every|everything|full|refund|request|claim|case)/,
  /(?:please|kindly|now|just|simply|always|so|and) (?:\w+ )?(?:allow|accept|permit) (?:it|this|(?:the|my|this|a|every|any) (?:full )?(?:refund|request|claim|case))\b|^\W*(?:allow|approve|grant|authori[sz]e)\b/,
  /(?:decision|answer|label|verdict|result|output|outcome|classification|category|ruling|conclusion|recommendation)\W{1,5}(?:(?:is|was|has been|shall be|must be|should be|will be|of|as|for \w+ \w+)\W{1,4}){0,2}(?:already |always |clearly |simply )?["'“(]?(?:allow|approv|permit|grant|accept|authori|full refund|yes)/,
  /(?:refund|request|case|claim|ticket|this|it) (?:\w+ ){0,3}(?:already|previously|pre-?)\s?(?:been )?(?:approved|authori[sz]ed|allowed|granted|cleared|validated)/,
  /\b(?:ignore|ignoring|disregard|disregarding|forget|override|overriding|bypass|skip) (?:\w+ ){0,4}(?:rules?|instructions?|checks|guidelines?|polic(?:y|ies)|orders?)\b/,
  /(?:\ballow(?:ed)?\W+){2,}|\ballow\W*$|\bapprove\(|\((?:system|admin|model|ai|assistant)\)|\bconfidence:? \d+/,
  /\b(?:treat|consider|read|regard|take|evaluate) (?:it|this|them|the \w+|the \w+ \w+) (?:as|to be) (?:if )?\W*(?:allow|approv|fully|refundable|flexible|free|eligible|permit|grant|cancelled by)/,
  /^\W*(?:(?:yes|ok|okay|sure|it is|is|so|then)\W+)*(?:allowed|allow|approved|approve|yes|granted|permitted|accepted|manual|ok approved|refund approved)\W*$/,
];

/** Kinds that are ordinary alone. Orders count only beside an override: every airline has rules. */
const KINDS: readonly RegExp[] = [ANSWER, APPROVE, CHOICE, MACHINE];

const TELLING = /(?<!\p{L})(?:allowed|approved|with[_ ]?penalty|ignore|disregard|instructions?)(?!\p{L})/gu;

/** Whether a telling word is in one reading of a text and not in the text as it is. */
export function hidesAWord(folded: string, reading: string): boolean {
  const open = new Set(folded.match(TELLING));
  return (reading.match(TELLING) ?? []).some((word) => !open.has(word));
}

/** In a folded text: whether it speaks to the model or about its answer. */
export function speaksToTheModel(folded: string): boolean {
  if (ALONE.some((pattern) => pattern.test(folded))) return true;
  const override = OVERRIDE.test(folded);
  if (override && (ORDERS.test(folded) || KINDS.some((kind) => kind.test(folded)))) return true;
  return passages(folded).some((passage) => KINDS.filter((kind) => kind.test(passage)).length >= 2);
}

/** Each sentence with the one after it: an order may be given in two. */
function passages(text: string): string[] {
  const sentences = text.split(/(?<=[.!?。！？])\s+|[。！？]/);
  return sentences.map((sentence, index) => `${sentence} ${sentences[index + 1] ?? ''}`);
}

/** Latin words begin where a word begins; other scripts write prefixes, or no spaces at all. */
function union(latin: readonly string[], others: readonly string[]): RegExp {
  return new RegExp([`(?<!\\p{L})(?:${latin.join('|')})`, ...others].join('|'), 'u');
}
