/// Given names that addresses begin with, so that a form or a list cleaner sees an ordinary address.
public enum Stems {
  /// The names, of `a` to `z` alone.
  public static let all: [String] = names.split { $0 == " " || $0 == "\n" }.map(String.init)

  /// A name by chance.
  public static func random() -> String { all.randomElement() ?? "anna" }

  private static let names = """
    ada adam adele adrian agnes aidan aileen alan albert alec alex alexander alfie alice alison
    alma amanda amber amelia amy andrea andrew angela angus anita ann anna anne annie anthony
    april archie arlene arthur ashley audrey austin barbara barry beatrice becky belinda ben
    benjamin bernard bernice bertie beth bethany betty beverley bill billy blake bob bonnie
    bradley brandon brenda brian bridget bruce bryan caitlin callum calvin cameron carl carla
    carol caroline carolyn carrie catherine cathy cecil cecilia celia chad charles charlie
    charlotte chelsea cheryl chloe chris christian christina christine christopher claire clara
    clare clarence claudia clifford clive colin colleen connie connor constance craig curtis
    cynthia daisy dale damian daniel danielle daphne darren dave david dawn dean debbie deborah
    deirdre denise dennis derek desmond diana diane dominic donald donna doreen doris dorothy
    douglas duncan dylan eddie edgar edith edmund edward eileen elaine eleanor elizabeth ella
    ellen ellie elsie emily emma eric erica ernest esme esther ethan ethel eva evan eve evelyn
    evie faith fay felicity felix finlay fiona flora florence frances francis frank fred freddie
    frederick freya gail gareth gary gavin gemma geoff geoffrey george georgia georgina gerald
    geraldine gerard gillian gina gladys glen glenda gloria gordon grace graeme graham grant greg
    gregory greta guy gwen hannah harold harriet harry harvey hayley hazel heather heidi helen
    henry herbert hilary hilda holly howard hugh hugo ian ida imogen irene iris isaac isabel
    isabella isla ivan ivor ivy jack jackie jacob jacqueline jade jake james jamie jan jane janet
    janice jasmine jason jasper jean jeff jeffrey jennifer jenny jeremy jerome jess jessica jill
    jim joan joanna joanne jodie joe joel john jonathan jordan joseph josephine josh joshua joy
    joyce juan judith judy julia julian julie june justin karen karl kate katherine kathleen
    kathryn katie katrina kay keith kelly ken kenneth kerry kevin kieran kim kimberly kirsty kyle
    lara larry laura lauren laurence leah leanne lee leo leon leonard lesley leslie lewis liam
    lilian lily linda lindsay lisa liz logan lola lorna lorraine louis louise lucas lucy luke
    lydia lynn mabel madeleine maggie malcolm marc marcus margaret maria marian marie marilyn
    marion marjorie mark marlene martha martin mary mason matilda matt matthew maud maureen
    maurice max maxine may megan melanie melissa mia michael michelle mick mike mildred millie
    miranda miriam mitchell moira molly mona monica morgan muriel myra nadia nancy naomi natalie
    natasha nathan neil nell neville niamh nicholas nick nicola nicole nigel nina noah noel nora
    norma norman olga olive oliver olivia oscar oswald owen paige pam pamela patricia patrick paul
    paula pauline peggy penelope penny percy peter phil philip phillip phoebe phyllis piers polly
    poppy quentin rachel ralph ray raymond rebecca reg reginald rhys richard rita rob robert
    roberta robin rod roderick rodney roger roland ron ronald rory rosa rose rosemary rosie ross
    roy ruby rupert russell ruth ryan sabrina sadie sally sam samantha samuel sandra sara sarah
    scarlett scott sean sebastian selina shane sharon shaun sheila shelley shirley sidney simon
    sonia sophia sophie spencer stacey stanley stella stephanie stephen steve steven stewart
    stuart sue susan susie suzanne sybil sylvia tamara tamsin tania tara ted terence teresa terry
    tessa thelma theo theresa thomas tim timothy tina toby todd tom tony tracy trevor trudy una
    ursula val valerie vanessa vera verity veronica victor victoria vincent viola violet virginia
    vivian wallace walter wanda warren wendy wesley wilfred will william winifred xavier yvette
    yvonne zach zara zoe
    """
}
